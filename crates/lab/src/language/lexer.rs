//! Text to tokens, each with its place.

use super::{ParseError, Place};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Name(String),
    Number(f64),
    /// Without its quotes.
    Text(String),
    /// One of `( ) [ ] , = . -`
    Symbol(char),
    Newline,
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) place: Place,
}

impl Kind {
    /// As it is shown in an error.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Name(name) => format!("`{name}`"),
            Self::Number(number) => format!("`{number}`"),
            Self::Text(text) => format!("`'{text}'`"),
            Self::Symbol(symbol) => format!("`{symbol}`"),
            Self::Newline => "a new line".into(),
            Self::End => "the text".into(),
        }
    }
}

/// Tokens of the whole text, the last of them `End`. Comments and spaces are gone; newlines inside brackets too.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
    let mut tokens = Vec::new();
    let mut depth = 0_usize;
    let mut place = Place { line: 1, column: 1 };
    let mut rest = text.chars().peekable();
    while let Some(&first) = rest.peek() {
        let start = place;
        let mut take = |keep: &dyn Fn(char) -> bool| {
            let mut taken = String::new();
            while let Some(character) = rest.next_if(|&character| keep(character)) {
                taken.push(character);
                place.column += 1;
            }
            taken
        };
        let kind = match first {
            '\n' => {
                rest.next();
                place = Place { line: place.line + 1, column: 1 };
                if depth > 0 {
                    continue;
                }
                Kind::Newline
            }
            '#' => {
                take(&|character| character != '\n');
                continue;
            }
            _ if first.is_whitespace() => {
                take(&|character| character.is_whitespace() && character != '\n');
                continue;
            }
            _ if first.is_alphabetic() || first == '_' => {
                Kind::Name(take(&|character| character.is_alphanumeric() || character == '_'))
            }
            _ if first.is_ascii_digit() => {
                let is_digit =
                    |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '.';
                let mut digits = take(&is_digit);
                if digits.ends_with(['e', 'E']) {
                    // An exponent with its sign: 1e-5.
                    digits += &take(&|character| matches!(character, '-' | '+'));
                    digits += &take(&is_digit);
                }
                let number = digits.replace('_', "").parse();
                let message = || format!("`{digits}` is not a number");
                Kind::Number(number.map_err(|_| ParseError { place: start, message: message() })?)
            }
            '\'' | '"' => {
                let is_quote = |character| character == first;
                // Two quotes at once hold nothing.
                let empty = take(&is_quote).len() > 1;
                let text = take(&|character| !empty && !is_quote(character) && character != '\n');
                if !empty && take(&is_quote).is_empty() {
                    let message = format!("`{first}` opens a text that does not end on its line");
                    return Err(ParseError { place: start, message });
                }
                Kind::Text(text)
            }
            '(' | ')' | '[' | ']' | ',' | '=' | '.' | '-' => {
                rest.next();
                place.column += 1;
                match first {
                    '(' | '[' => depth += 1,
                    ')' | ']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                Kind::Symbol(first)
            }
            other => {
                return Err(ParseError { place: start, message: format!("`{other}` has no meaning in a network") });
            }
        };
        tokens.push(Token { kind, place: start });
    }
    tokens.push(Token { kind: Kind::End, place });
    Ok(tokens)
}
