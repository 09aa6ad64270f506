//! Tokens to expressions: by the binding power of their operators.

use std::rc::Rc;

use super::lexer::{Kind, tokens};
use super::parser::{Parser, is_keyword};
use super::syntax::StatementKind;
use super::syntax::{Argument, Comprehension, Expression, ExpressionKind, Function, FunctionKind, Stars, Statement};
use super::{Failure, Place, error, parser};

/// Highest tree of one expression.
const HIGHEST: u16 = 120;

/// What stands between two operands, and how tightly it binds.
fn binding(symbol: &str) -> Option<u8> {
    Some(match symbol {
        "|" => 1,
        "^" => 2,
        "&" => 3,
        "<<" | ">>" => 4,
        "+" | "-" => 5,
        "*" | "/" | "//" | "%" | "@" => 6,
        "**" => 8,
        _ => return None,
    })
}

/// That of `-x`, between products and powers.
const SIGN: u8 = 7;

type Parsed = Result<Expression, Failure>;

impl Parser<'_> {
    /// A node above others, of which the highest has this height.
    fn above(&self, place: Place, height: u16, kind: ExpressionKind) -> Parsed {
        if height >= HIGHEST {
            return Err(error(place, format!("this expression is nested more than {HIGHEST} deep")));
        }
        Ok(Expression { place, height: height + 1, kind })
    }

    fn leaf(&self, place: Place, kind: ExpressionKind) -> Expression {
        Expression { place, height: 1, kind }
    }

    /// One expression, or several with commas between them.
    pub(super) fn tuple(&mut self) -> Parsed {
        let place = self.place();
        let first = self.starred()?;
        if !self.is_symbol(",") {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.take(",") {
            if self.ends_tuple() {
                break;
            }
            items.push(self.starred()?);
        }
        self.many(place, items, ExpressionKind::Tuple)
    }

    fn ends_tuple(&self) -> bool {
        match &self.peek().kind {
            Kind::Newline | Kind::End => true,
            Kind::Symbol(symbol) => matches!(*symbol, ")" | "]" | "}" | "=" | ":" | ";"),
            Kind::Name(name) => matches!(&**name, "in" | "for" | "if"),
            _ => false,
        }
    }

    fn many(&self, place: Place, items: Vec<Expression>, kind: fn(Vec<Expression>) -> ExpressionKind) -> Parsed {
        let height = items.iter().map(|item| item.height).max().unwrap_or(0);
        self.above(place, height, kind(items))
    }

    /// Targets of a loop: names, which end before `in`.
    pub(super) fn targets(&mut self) -> Parsed {
        let place = self.place();
        let mut items = vec![self.operation(0)?];
        let is_tuple = self.is_symbol(",");
        while self.take(",") && !self.is_word("in") {
            items.push(self.operation(0)?);
        }
        match items.pop() {
            Some(only) if !is_tuple => Ok(only),
            last => {
                items.extend(last);
                self.many(place, items, ExpressionKind::Tuple)
            }
        }
    }

    fn starred(&mut self) -> Parsed {
        let place = self.place();
        if !self.take("*") {
            return self.conditional();
        }
        let value = self.operation(0)?;
        self.above(place, value.height, ExpressionKind::Star(Box::new(value)))
    }

    /// `a if condition else b`, a lambda, or anything that binds more tightly.
    pub(super) fn conditional(&mut self) -> Parsed {
        self.deeper(|parser| {
            let place = parser.place();
            if parser.take_word("lambda") {
                return parser.lambda(place);
            }
            let then = parser.logical("or")?;
            if parser.is_symbol(":=") {
                return Err(error(parser.place(), "`:=` is not supported in a network; assign on a line of its own"));
            }
            if !parser.take_word("if") {
                return Ok(then);
            }
            let condition = parser.logical("or")?;
            if !parser.take_word("else") {
                return Err(parser.expected("`else`"));
            }
            let otherwise = parser.conditional()?;
            let height = then.height.max(condition.height).max(otherwise.height);
            let parts = Box::new([then, condition, otherwise]);
            parser.above(place, height, ExpressionKind::Conditional(parts))
        })
    }

    fn lambda(&mut self, place: Place) -> Parsed {
        let parameters = self.parameters(":", false)?;
        self.expect(":")?;
        let value = self.conditional()?;
        let body = vec![Statement { place: value.place, kind: StatementKind::Return(Some(value)) }];
        let function = Function { name: "<lambda>".into(), parameters, body, kind: FunctionKind::Plain, place };
        Ok(self.leaf(place, ExpressionKind::Lambda(Rc::new(function))))
    }

    /// `or`, which binds least, then `and`, then `not`.
    fn logical(&mut self, word: &'static str) -> Parsed {
        let place = self.place();
        let mut left = if word == "or" { self.logical("and")? } else { self.not()? };
        while self.take_word(word) {
            let right = if word == "or" { self.logical("and")? } else { self.not()? };
            let height = left.height.max(right.height);
            let kind = ExpressionKind::Logical(word, Box::new(left), Box::new(right));
            left = self.above(place, height, kind)?;
        }
        Ok(left)
    }

    fn not(&mut self) -> Parsed {
        let place = self.place();
        if !self.take_word("not") {
            return self.comparison();
        }
        let value = self.deeper(Self::not)?;
        self.above(place, value.height, ExpressionKind::Unary("not", Box::new(value)))
    }

    fn comparison(&mut self) -> Parsed {
        let place = self.place();
        let first = self.operation(0)?;
        let mut rest = Vec::new();
        let mut height = first.height;
        while let Some(operator) = self.comparator() {
            let right = self.operation(0)?;
            height = height.max(right.height);
            rest.push((operator, right));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        self.above(place, height, ExpressionKind::Compare(Box::new(first), rest))
    }

    fn comparator(&mut self) -> Option<&'static str> {
        match &self.peek().kind {
            Kind::Symbol(symbol @ ("==" | "!=" | "<" | ">" | "<=" | ">=")) => {
                self.advance();
                Some(symbol)
            }
            Kind::Name(name) if &**name == "in" => {
                self.advance();
                Some("in")
            }
            Kind::Name(name) if &**name == "is" => {
                self.advance();
                Some(if self.take_word("not") { "is not" } else { "is" })
            }
            // Here it stands after an operand, so `in` must follow.
            Kind::Name(name) if &**name == "not" => {
                self.advance();
                self.take_word("in").then_some("not in")
            }
            _ => None,
        }
    }

    /// Arithmetic whose operators bind at least as tightly.
    fn operation(&mut self, least: u8) -> Parsed {
        let place = self.place();
        let mut left = match self.peek().kind {
            Kind::Symbol(sign @ ("-" | "+" | "~")) => {
                self.advance();
                let value = self.deeper(|parser| parser.operation(SIGN))?;
                self.above(place, value.height, ExpressionKind::Unary(sign, Box::new(value)))?
            }
            _ => {
                let atom = self.atom()?;
                self.postfix(atom)?
            }
        };
        while let Kind::Symbol(symbol) = self.peek().kind {
            let Some(power) = binding(symbol).filter(|&power| power >= least) else { break };
            self.advance();
            // A power binds to its right first.
            let right = self.deeper(|parser| parser.operation(if symbol == "**" { SIGN } else { power + 1 }))?;
            let height = left.height.max(right.height);
            left = self.above(place, height, ExpressionKind::Binary(symbol, Box::new(left), Box::new(right)))?;
        }
        Ok(left)
    }

    /// Calls, indices and attributes of a value.
    fn postfix(&mut self, mut value: Expression) -> Parsed {
        // A dotted name stands where it begins; what is called on a result, where its own name does.
        let mut is_path = matches!(value.kind, ExpressionKind::Name(_));
        loop {
            let (place, height) = (value.place, value.height);
            if self.take(".") {
                let at = if is_path { place } else { self.place() };
                let name = self.name()?;
                value = self.above(at, height, ExpressionKind::Attribute(Box::new(value), name))?;
            } else if self.take("(") {
                let arguments = self.deeper(Self::arguments)?;
                let height = arguments.iter().map(|argument| argument.value.height).fold(height, u16::max);
                value = self.above(place, height, ExpressionKind::Call(Box::new(value), arguments))?;
                is_path = false;
            } else if self.take("[") {
                let index = self.deeper(Self::index)?;
                self.expect("]")?;
                let height = height.max(index.height);
                value = self.above(place, height, ExpressionKind::Index(Box::new(value), Box::new(index)))?;
                is_path = false;
            } else {
                return Ok(value);
            }
        }
    }

    fn arguments(&mut self) -> Result<Vec<Argument>, Failure> {
        let mut arguments = Vec::new();
        let mut has_names = false;
        while !self.take(")") {
            let place = self.place();
            let stars = match (self.take("**"), self.take("*")) {
                (true, _) => Stars::Two,
                (_, true) => Stars::One,
                _ => Stars::None,
            };
            let name = if stars == Stars::None { self.take_keyword() } else { None };
            has_names |= name.is_some();
            if stars == Stars::None && name.is_none() && has_names {
                return Err(error(place, "positional arguments come before those that have a name"));
            }
            let mut value = self.conditional()?;
            if self.is_word("for") {
                value = self.comprehension(place, true, None, value)?;
            }
            arguments.push(Argument { place, name, stars, value });
            if !self.take(",") && !self.is_symbol(")") {
                return Err(self.expected("`,` or `)`"));
            }
        }
        Ok(arguments)
    }

    /// What stands in square brackets behind a value: one index or slice, or several.
    fn index(&mut self) -> Parsed {
        let place = self.place();
        let first = self.slice()?;
        if !self.is_symbol(",") {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.take(",") {
            if self.is_symbol("]") {
                break;
            }
            items.push(self.slice()?);
        }
        self.many(place, items, ExpressionKind::Tuple)
    }

    fn slice(&mut self) -> Parsed {
        let place = self.place();
        let mut parts = [None, None, None];
        let mut height = 0;
        let mut colons = 0;
        loop {
            if !self.is_symbol(":") && !self.is_symbol("]") && !self.is_symbol(",") {
                let part = self.conditional()?;
                if colons == 0 && !self.is_symbol(":") {
                    return Ok(part);
                }
                height = height.max(part.height);
                parts[colons] = Some(Box::new(part));
            }
            if colons == 2 || !self.take(":") {
                break;
            }
            colons += 1;
        }
        if colons == 0 {
            return Err(self.expected("an index"));
        }
        self.above(place, height, ExpressionKind::Slice(parts))
    }

    fn atom(&mut self) -> Parsed {
        let token = self.peek();
        let place = token.place;
        let kind = match &token.kind {
            Kind::Int(number) => ExpressionKind::Int(*number),
            Kind::Float(number) => ExpressionKind::Float(*number),
            Kind::Text(_) | Kind::Format(_) => return self.text(place),
            Kind::Symbol("...") => ExpressionKind::Ellipsis,
            Kind::Symbol("(") => {
                self.advance();
                return self.deeper(|parser| parser.brackets(place));
            }
            Kind::Symbol("[") => {
                self.advance();
                return self.deeper(|parser| parser.list(place));
            }
            Kind::Symbol("{") => {
                self.advance();
                return self.deeper(|parser| parser.dict(place));
            }
            Kind::Name(name) => match &**name {
                "None" => ExpressionKind::None,
                "True" => ExpressionKind::Bool(true),
                "False" => ExpressionKind::Bool(false),
                "yield" | "await" => {
                    return Err(error(
                        place,
                        format!("`{name}` is not supported in a network; return a value instead"),
                    ));
                }
                word if is_keyword(word) => return Err(self.expected("a value")),
                _ => ExpressionKind::Name(name.clone()),
            },
            _ => return Err(self.expected("a value")),
        };
        self.advance();
        Ok(self.leaf(place, kind))
    }

    /// A bracketed expression, a tuple, or a generator.
    fn brackets(&mut self, place: Place) -> Parsed {
        if self.take(")") {
            return Ok(self.leaf(place, ExpressionKind::Tuple(Vec::new())));
        }
        let first = self.starred()?;
        let value = if self.is_word("for") {
            self.comprehension(place, true, None, first)?
        } else if self.is_symbol(",") {
            let items = self.items(first, ")")?;
            self.many(place, items, ExpressionKind::Tuple)?
        } else {
            first
        };
        if self.take(")") { Ok(value) } else { Err(self.expected("`,` or `)`")) }
    }

    fn list(&mut self, place: Place) -> Parsed {
        if self.take("]") {
            return Ok(self.leaf(place, ExpressionKind::List(Vec::new())));
        }
        let first = self.starred()?;
        let value = if self.is_word("for") {
            self.comprehension(place, true, None, first)?
        } else {
            let items = self.items(first, "]")?;
            self.many(place, items, ExpressionKind::List)?
        };
        if self.take("]") { Ok(value) } else { Err(self.expected("`,` or `]`")) }
    }

    /// Items up to the symbol that ends them, which stays.
    fn items(&mut self, first: Expression, end: &str) -> Result<Vec<Expression>, Failure> {
        let mut items = vec![first];
        while self.take(",") && !self.is_symbol(end) {
            items.push(self.starred()?);
        }
        Ok(items)
    }

    fn dict(&mut self, place: Place) -> Parsed {
        let mut items = Vec::new();
        let mut height = 0;
        while !self.take("}") {
            let at = self.place();
            let key = if self.take("**") { None } else { Some(self.conditional()?) };
            if key.is_some() && !self.take(":") {
                return Err(error(at, "sets are not supported in a network; a list in [ ] is"));
            }
            let value = self.conditional()?;
            if self.is_word("for") && items.is_empty() {
                let comprehension = self.comprehension(place, false, key, value)?;
                self.expect("}")?;
                return Ok(comprehension);
            }
            height = height.max(value.height).max(key.as_ref().map_or(0, |key| key.height));
            items.push((key, value));
            if !self.take(",") && !self.is_symbol("}") {
                return Err(self.expected("`,` or `}`"));
            }
        }
        self.above(place, height, ExpressionKind::Dict(items))
    }

    fn comprehension(&mut self, place: Place, is_list: bool, key: Option<Expression>, element: Expression) -> Parsed {
        let mut height = element.height.max(key.as_ref().map_or(0, |key| key.height));
        let mut loops = Vec::new();
        while self.take_word("for") {
            let target = self.targets()?;
            if !self.take_word("in") {
                return Err(self.expected("`in`"));
            }
            let items = self.logical("or")?;
            let mut conditions = Vec::new();
            while self.take_word("if") {
                conditions.push(self.logical("or")?);
            }
            height = conditions.iter().map(|condition| condition.height).fold(height.max(items.height), u16::max);
            loops.push((target, items, conditions));
        }
        let comprehension = Comprehension { is_list, key, element, loops };
        self.above(place, height, ExpressionKind::Comprehension(Box::new(comprehension)))
    }

    /// Neighbouring texts are one.
    fn text(&mut self, place: Place) -> Parsed {
        let mut pieces: Vec<Expression> = Vec::new();
        let mut is_format = false;
        let mut plain = String::new();
        loop {
            match &self.peek().kind {
                Kind::Text(text) => {
                    plain.push_str(text);
                    pieces.push(self.leaf(place, ExpressionKind::Text(text.clone())));
                }
                Kind::Format(text) => {
                    is_format = true;
                    self.pieces(place, text, &mut pieces);
                }
                _ => break,
            }
            self.advance();
        }
        if is_format {
            return self.many(place, pieces, ExpressionKind::Format);
        }
        Ok(self.leaf(place, ExpressionKind::Text(plain.into())))
    }

    /// The pieces of `f'…'`; what cannot be read in it stays as it is written.
    fn pieces(&self, place: Place, text: &str, pieces: &mut Vec<Expression>) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            pieces.push(self.leaf(place, ExpressionKind::Text(before.into())));
            let end = after.find(['}', ':', '!']).unwrap_or(after.len());
            let value = tokens(&after[..end]).and_then(|tokens| parser::expression(&tokens));
            pieces.push(match value {
                Ok(value) if value.height < HIGHEST / 2 => Expression { place, ..value },
                _ => self.leaf(place, ExpressionKind::Text(after[..end].into())),
            });
            rest = after.split_once('}').map_or("", |(_, rest)| rest);
        }
        pieces.push(self.leaf(place, ExpressionKind::Text(rest.into())));
    }
}
