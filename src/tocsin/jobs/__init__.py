"""Long work: a scan from files to findings, the demo."""
