//! Python text to tokens, each with its place: indentation is a token, comments and newlines inside brackets are none.

use std::rc::Rc;

use super::{Failure, Place, error};

#[derive(Clone, PartialEq)]
pub(super) enum Kind {
    Name(Rc<str>),
    Int(i64),
    Float(f64),
    /// Without its quotes.
    Text(Rc<str>),
    /// `f'…'`, without its quotes.
    Format(Rc<str>),
    Symbol(&'static str),
    Newline,
    Indent,
    Dedent,
    End,
}

#[derive(Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) place: Place,
}

/// Longer ones first: what begins with another must be tried before it.
const SYMBOLS: &[&str] = &[
    "**=", "//=", "...", ">>=", "<<=", "**", "//", "->", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "@=",
    ":=", "|=", "&=", "^=", "<<", ">>", "(", ")", "[", "]", "{", "}", ",", ":", ".", ";", "=", "+", "-", "*", "/", "%",
    "@", "<", ">", "|", "&", "^", "~",
];

impl Kind {
    /// As it is shown in an error.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Name(name) => format!("`{name}`"),
            Self::Int(number) => format!("`{number}`"),
            Self::Float(number) => format!("`{number}`"),
            Self::Text(text) | Self::Format(text) => {
                let short: String = text.chars().take(20).collect();
                format!("`'{short}'`")
            }
            Self::Symbol(symbol) => format!("`{symbol}`"),
            Self::Newline => "a new line".into(),
            Self::Indent => "more indentation".into(),
            Self::Dedent => "less indentation".into(),
            Self::End => "the end of the text".into(),
        }
    }
}

/// Tokens of the whole text, the last of them `End`.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Failure> {
    let mut lexer = Lexer {
        rest: text,
        place: Place { line: 1, column: 1 },
        brackets: Vec::new(),
        indents: vec![[0; 2]],
        tokens: Vec::new(),
        begins_line: true,
    };
    while lexer.token()? {}
    if let Some((bracket, place)) = lexer.brackets.last() {
        return Err(error(*place, format!("`{bracket}` is never closed")));
    }
    lexer.newline();
    for _ in 1..lexer.indents.len() {
        lexer.push(Kind::Dedent, lexer.place);
    }
    lexer.push(Kind::End, lexer.place);
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    rest: &'a str,
    place: Place,
    /// Those that are open.
    brackets: Vec<(&'static str, Place)>,
    /// Of the blocks that are open.
    indents: Vec<[usize; 2]>,
    tokens: Vec<Token>,
    begins_line: bool,
}

impl<'a> Lexer<'a> {
    fn push(&mut self, kind: Kind, place: Place) {
        self.tokens.push(Token { kind, place });
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.rest = &self.rest[character.len_utf8()..];
        self.place = match character {
            '\n' => Place { line: self.place.line + 1, column: 1 },
            _ => Place { column: self.place.column + 1, ..self.place },
        };
        Some(character)
    }

    fn take(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let start = self.rest;
        while self.peek().is_some_and(&keep) {
            self.next();
        }
        &start[..start.len() - self.rest.len()]
    }

    fn takes(&mut self, text: &str) -> bool {
        let found = self.rest.starts_with(text);
        if found {
            for _ in text.chars() {
                self.next();
            }
        }
        found
    }

    /// Ends a logical line, if there is anything on it.
    fn newline(&mut self) {
        if !matches!(self.tokens.last(), None | Some(Token { kind: Kind::Newline | Kind::Indent | Kind::Dedent, .. })) {
            self.push(Kind::Newline, self.place);
        }
    }

    /// Reads one token, or nothing that matters; false at the end of the text.
    fn token(&mut self) -> Result<bool, Failure> {
        if self.begins_line && self.brackets.is_empty() {
            self.begins_line = false;
            self.indentation()?;
        }
        let (start, Some(first)) = (self.place, self.peek()) else { return Ok(false) };
        match first {
            '\n' => {
                if self.brackets.is_empty() {
                    self.newline();
                    self.begins_line = true;
                }
                self.next();
            }
            '#' => {
                self.take(|character| character != '\n');
            }
            '\\' if matches!(
                self.rest.trim_start_matches('\\').trim_start_matches('\r').chars().next(),
                Some('\n')
            ) =>
            {
                self.take(|character| character != '\n');
                self.next();
            }
            _ if first.is_whitespace() || first == '\u{feff}' => {
                self.next();
            }
            '"' | '\'' => {
                let text = self.text(start, false)?;
                self.push(Kind::Text(text), start);
            }
            _ if first.is_alphabetic() || first == '_' => {
                let name = self.take(|character| character.is_alphanumeric() || character == '_');
                let is_prefix = name.len() <= 2 && name.chars().all(|letter| "rRbBuUfF".contains(letter));
                let kind = match self.peek() {
                    Some('"' | '\'') if is_prefix => {
                        let text = self.text(start, name.contains(['r', 'R']))?;
                        if name.contains(['f', 'F']) { Kind::Format(text) } else { Kind::Text(text) }
                    }
                    _ => Kind::Name(name.into()),
                };
                self.push(kind, start);
            }
            _ if first.is_ascii_digit() || self.begins_fraction() => {
                let kind = self.number(start)?;
                self.push(kind, start);
            }
            _ => self.symbol(start, first)?,
        }
        Ok(true)
    }

    /// Whether it goes on like `.5`.
    fn begins_fraction(&self) -> bool {
        self.rest.strip_prefix('.').is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()))
    }

    /// Blocks that begin or end with this line; lines without code are passed over.
    fn indentation(&mut self) -> Result<(), Failure> {
        let start = self.place;
        let space = self.take(|character| matches!(character, ' ' | '\t'));
        // With tabs of eight columns, and of one: if they disagree about what is deeper, nobody knows.
        let width = [8, 1].map(|tab| {
            space
                .chars()
                .fold(0, |width, character| if character == '\t' { (width / tab + 1) * tab } else { width + 1 })
        });
        match self.peek() {
            None | Some('\n' | '\r' | '#') => return Ok(()),
            // What a notebook says to its shell.
            Some('%' | '!') => {
                self.take(|character| character != '\n');
                return Ok(());
            }
            _ => {}
        }
        let open = self.indents.last().copied().unwrap_or_default();
        if (width[0].cmp(&open[0])) != (width[1].cmp(&open[1])) {
            return Err(error(
                start,
                "tabs and spaces are mixed, so that this line's indentation can be read in two ways",
            ));
        }
        if width[0] > open[0] {
            self.indents.push(width);
            self.push(Kind::Indent, self.place);
        }
        while self.indents.last().is_some_and(|open| width[0] < open[0]) {
            self.indents.pop();
            self.push(Kind::Dedent, self.place);
            if self.indents.last().is_some_and(|open| width[0] > open[0]) {
                return Err(error(start, "this line is indented like no line above it"));
            }
        }
        Ok(())
    }

    fn number(&mut self, start: Place) -> Result<Kind, Failure> {
        let is_digit = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.');
        let mut text = self.take(is_digit).to_owned();
        if text.ends_with(['e', 'E']) && !text.starts_with("0x") {
            text += self.take(|character| matches!(character, '-' | '+'));
            text += self.take(is_digit);
        }
        let digits = text.replace('_', "");
        let radix = [("0x", 16), ("0X", 16), ("0b", 2), ("0o", 8)];
        let kind = match radix.iter().find_map(|(prefix, radix)| Some((digits.strip_prefix(prefix)?, *radix))) {
            Some((digits, radix)) => i64::from_str_radix(digits, radix).ok().map(Kind::Int),
            None if digits.chars().all(|digit| digit.is_ascii_digit()) => digits.parse().ok().map(Kind::Int),
            None => protocol::number(&digits).map(Kind::Float),
        };
        kind.ok_or_else(|| error(start, format!("`{text}` is not a number that a network can have")))
    }

    /// A text in one or three quotes, its escapes resolved unless it is raw.
    fn text(&mut self, start: Place, raw: bool) -> Result<Rc<str>, Failure> {
        let quote = if self.rest.starts_with('"') { "\"" } else { "'" };
        let long = quote.repeat(3);
        let is_long = self.takes(&long);
        if !is_long {
            self.next();
        }
        let mut text = String::new();
        loop {
            if self.takes(if is_long { &long } else { quote }) {
                return Ok(text.into());
            }
            match self.next() {
                Some('\\') if !raw => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('\n') | None => {}
                    Some(same) => text.push(same),
                },
                None => return Err(error(start, format!("`{quote}` opens a string that does not end"))),
                Some('\n') if !is_long => {
                    return Err(error(start, format!("`{quote}` opens a string that does not end on its line")));
                }
                Some(character) => text.push(character),
            }
        }
    }

    fn symbol(&mut self, start: Place, first: char) -> Result<(), Failure> {
        let Some(symbol) = SYMBOLS.iter().copied().find(|symbol| self.takes(symbol)) else {
            return Err(error(start, format!("`{first}` has no meaning in a network")));
        };
        match symbol {
            "(" | "[" | "{" => self.brackets.push((symbol, start)),
            ")" | "]" | "}" => match self.brackets.pop() {
                Some(("(", _)) if symbol == ")" => {}
                Some(("[", _)) if symbol == "]" => {}
                Some(("{", _)) if symbol == "}" => {}
                Some((open, Place { line, column })) => {
                    let rule = format!("`{symbol}` does not close the `{open}` of line {line}, column {column}");
                    return Err(error(start, rule));
                }
                None => return Err(error(start, format!("`{symbol}` closes no bracket"))),
            },
            _ => {}
        }
        self.push(Kind::Symbol(symbol), start);
        Ok(())
    }
}
