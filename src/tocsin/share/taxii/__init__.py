"""TAXII 2.1, server and client, and the same exchange by files.

The rest of the program needs two functions: `publishing.publish` puts objects into a collection, `publishing.fetched`
says what partners have fetched of it.
"""
