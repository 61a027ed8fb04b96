//! Objects of JSON (RFC 8259) in the making, a field at a time: what a page that embeds a playground is told.

use std::fmt::{self, Write};

/// An object that is not closed yet.
pub struct Object(String);

impl Object {
    pub fn new() -> Object {
        Object("{".into())
    }

    pub fn text(&mut self, name: &str, value: &str) -> &mut Object {
        self.field(name, format_args!("{}", Quoted(value)))
    }

    /// A text, or `null`.
    pub fn maybe(&mut self, name: &str, value: Option<&str>) -> &mut Object {
        match value {
            Some(value) => self.text(name, value),
            None => self.field(name, format_args!("null")),
        }
    }

    /// A plain number. Readers that take numbers for floats keep it exact up to 2⁵³: events, stamps
    /// and the microseconds of an hour are far below.
    pub fn number(&mut self, name: &str, value: u64) -> &mut Object {
        self.field(name, format_args!("{value}"))
    }

    /// A number that keeps its 64 bits, as MongoDB writes it.
    pub fn long(&mut self, name: &str, value: u64) -> &mut Object {
        self.field(name, format_args!("{{\"$numberLong\":\"{value}\"}}"))
    }

    pub fn truth(&mut self, name: &str, value: bool) -> &mut Object {
        self.field(name, format_args!("{value}"))
    }

    /// An object, or anything else that is JSON already.
    pub fn json(&mut self, name: &str, value: &str) -> &mut Object {
        self.field(name, format_args!("{value}"))
    }

    /// A list of objects.
    pub fn list(&mut self, name: &str, items: impl Iterator<Item = Object>) -> &mut Object {
        let items: Vec<String> = items.map(Object::end).collect();
        self.field(name, format_args!("[{}]", items.join(",")))
    }

    fn field(&mut self, name: &str, value: fmt::Arguments<'_>) -> &mut Object {
        let comma = if self.0.len() > 1 { "," } else { "" };
        let _ = write!(self.0, "{comma}{}:{value}", Quoted(name));
        self
    }

    /// The whole of it.
    pub fn end(self) -> String {
        self.0 + "}"
    }

    /// The whole of it, on a line of its own.
    pub fn line(self) -> String {
        self.0 + "}\n"
    }
}

impl Default for Object {
    fn default() -> Object {
        Object::new()
    }
}

/// A string of JSON (RFC 8259, §7).
pub struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                c if c < ' ' => write!(f, "\\u{:04x}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
}
