//! Tokens to a tree of calls.

use super::lexer::{Kind, Token};
use super::{ParseError, Place};

/// Deepest nesting that is followed.
const DEEPEST: usize = 50;

/// `nn.Name(argument, name=argument)`
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// Without `nn.` or `torch.nn.`.
    pub(super) name: String,
    pub(super) arguments: Vec<Argument>,
    pub(super) place: Place,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Argument {
    pub(super) name: Option<String>,
    pub(super) value: Value,
    pub(super) place: Place,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Text(String),
    Tuple(Vec<Value>),
    True,
    False,
    None,
    Call(Call),
}

/// The one network of a text: import lines and a name in front of it are passed over.
pub(super) fn parse(tokens: &[Token]) -> Result<Call, ParseError> {
    let mut parser = Parser { tokens, position: 0, depth: 0 };
    parser.skip_newlines();
    while matches!(parser.name(), Some("import" | "from")) {
        while !matches!(parser.peek().kind, Kind::Newline | Kind::End) {
            parser.position += 1;
        }
        parser.skip_newlines();
    }
    if let [Token { kind: Kind::Name(_), .. }, Token { kind: Kind::Symbol('='), .. }, ..] =
        parser.tokens[parser.position..]
    {
        parser.position += 2;
    }
    let start = parser.peek().clone();
    let expected = || error(start.place, "a network begins with `nn.Sequential(`");
    let Kind::Name(_) = start.kind else { return Err(expected()) };
    let Value::Call(call) = parser.value()? else { return Err(expected()) };
    if call.name != "Sequential" {
        return Err(expected());
    }
    parser.skip_newlines();
    match parser.peek().kind {
        Kind::End => Ok(call),
        ref other => Err(error(parser.peek().place, format!("the network ends before {}", other.describe()))),
    }
}

pub(super) fn error(place: Place, message: impl Into<String>) -> ParseError {
    ParseError { place, message: message.into() }
}

struct Parser<'a> {
    tokens: &'a [Token],
    position: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        // The last token is `End`, and nothing moves past it.
        &self.tokens[self.position.min(self.tokens.len() - 1)]
    }

    fn name(&self) -> Option<&str> {
        match &self.peek().kind {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }

    fn skip_newlines(&mut self) {
        while self.peek().kind == Kind::Newline {
            self.position += 1;
        }
    }

    fn take(&mut self, symbol: char) -> bool {
        let found = self.peek().kind == Kind::Symbol(symbol);
        self.position += usize::from(found);
        found
    }

    fn value(&mut self) -> Result<Value, ParseError> {
        let Token { kind, place } = self.peek().clone();
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(error(place, format!("layers are nested more than {DEEPEST} deep")));
        }
        let value = match kind {
            Kind::Number(number) => {
                self.position += 1;
                Value::Number(number)
            }
            Kind::Text(text) => {
                self.position += 1;
                Value::Text(text)
            }
            Kind::Symbol('-') => {
                self.position += 1;
                match self.value()? {
                    Value::Number(number) => Value::Number(-number),
                    _ => return Err(error(place, "`-` stands only before a number")),
                }
            }
            Kind::Symbol(open @ ('(' | '[')) => {
                self.position += 1;
                let close = if open == '(' { ')' } else { ']' };
                Value::Tuple(self.list(close, Self::value)?)
            }
            Kind::Name(name) => self.named(name, place)?,
            other => {
                return Err(error(place, format!("a layer or a number is expected here, not {}", other.describe())));
            }
        };
        self.depth -= 1;
        Ok(value)
    }

    /// `True`, `False`, `None`, or a call with a dotted name.
    fn named(&mut self, name: String, place: Place) -> Result<Value, ParseError> {
        self.position += 1;
        match name.as_str() {
            "True" => return Ok(Value::True),
            "False" => return Ok(Value::False),
            "None" => return Ok(Value::None),
            _ => {}
        }
        let mut name = name;
        while self.take('.') {
            let Some(next) = self.name().map(str::to_owned) else {
                return Err(error(self.peek().place, "a layer's name is expected after the dot"));
            };
            if !matches!(name.as_str(), "nn" | "torch") {
                return Err(error(place, format!("`{name}` is unknown; layers are written `nn.{next}`")));
            }
            self.position += 1;
            name = next;
        }
        if !self.take('(') {
            return Err(error(place, format!("`{name}` needs brackets: `nn.{name}(…)`")));
        }
        let arguments = self.list(')', Self::argument)?;
        Ok(Value::Call(Call { name, arguments, place }))
    }

    fn argument(&mut self) -> Result<Argument, ParseError> {
        let place = self.peek().place;
        let name = match &self.tokens[self.position.min(self.tokens.len() - 1)..] {
            [Token { kind: Kind::Name(name), .. }, Token { kind: Kind::Symbol('='), .. }, ..] => Some(name.clone()),
            _ => None,
        };
        self.position += if name.is_some() { 2 } else { 0 };
        Ok(Argument { name, value: self.value()?, place })
    }

    /// Items up to the closing bracket, a comma between them and perhaps after the last.
    fn list<T>(
        &mut self,
        close: char,
        item: impl Fn(&mut Self) -> Result<T, ParseError>,
    ) -> Result<Vec<T>, ParseError> {
        let mut items = Vec::new();
        loop {
            if self.take(close) {
                return Ok(items);
            }
            items.push(item(self)?);
            if self.take(',') {
                continue;
            }
            if self.take(close) {
                return Ok(items);
            }
            let found = match &self.peek().kind {
                Kind::End => "but the text ends".into(),
                other => format!("not {}", other.describe()),
            };
            return Err(error(self.peek().place, format!("`,` or `{close}` is expected here, {found}")));
        }
    }
}
