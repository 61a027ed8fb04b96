//! Rules and properties, one by one.
