"""The life of an audit: a folder of plain files in which each confirmed step stands, and which anybody can check."""
