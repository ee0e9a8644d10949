"""One XSLT 1.0 file: what its doc block declares, how it is compiled, and how it is applied."""
