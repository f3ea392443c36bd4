"""What goes out to the public: the static site of published cases, its feeds."""
