// Holds the precompiled test headers that every test binary reuses.
