"""The live desk's detector: pairs of accounts that meet more often than chance allows, over a sliding span."""
