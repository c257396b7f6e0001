// Only for the header that is compiled in advance.
