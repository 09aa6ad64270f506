//! Tokens to statements. What networks are not written with becomes a statement that says so when it is reached, and its block
//! is passed over.

use super::lexer::{Kind, Token};
use super::syntax::{Block, Expression, ExpressionKind, FunctionKind, Name, Statement, StatementKind};
use super::{Failure, Place, error};

/// Deepest nesting of brackets, and of blocks, that is followed.
pub(super) const DEEPEST: u16 = 60;

/// Statements that are not read, and why.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("while", "`while` loops are not supported in a network; a `for` loop over a list or a `range` is"),
    ("try", "`try` is not supported in a network; it is read, and nothing in it may fail"),
    ("except", "`except` is not supported in a network"),
    ("finally", "`finally` is not supported in a network"),
    ("with", "`with` is not supported in a network; write what it holds without it"),
    ("async", "`async` is not supported in a network; a forward pass is an ordinary function"),
    ("await", "`await` is not supported in a network; a forward pass is an ordinary function"),
    ("yield", "`yield` is not supported in a network; return a value instead"),
    ("global", "`global` is not supported in a network; pass the value as an argument"),
    ("nonlocal", "`nonlocal` is not supported in a network; pass the value as an argument"),
    ("match", "`match` is not supported in a network; `if` and `elif` are"),
];

const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "break", "class", "continue", "def", "del", "elif", "else", "for", "from", "if", "import",
    "in", "is", "lambda", "not", "or", "pass", "raise", "return", "while", "try", "except", "finally", "with", "async",
    "await", "yield", "global", "nonlocal",
];

pub(super) fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name)
}

pub(super) fn parse(tokens: &[Token]) -> Result<Block, Failure> {
    let mut parser = Parser::new(tokens);
    let mut block = Block::new();
    while !parser.is(&Kind::End) {
        parser.statement(&mut block)?;
    }
    Ok(block)
}

/// An expression that stands alone.
pub(super) fn expression(tokens: &[Token]) -> Result<Expression, Failure> {
    let mut parser = Parser::new(tokens);
    let expression = parser.tuple()?;
    parser.take_kind(&Kind::Newline);
    if parser.is(&Kind::End) { Ok(expression) } else { Err(parser.expected("the end of an expression")) }
}

pub(super) struct Parser<'a> {
    tokens: &'a [Token],
    position: usize,
    pub(super) depth: u16,
}

impl<'a> Parser<'a> {
    fn new(tokens: &'a [Token]) -> Self {
        Self { tokens, position: 0, depth: 0 }
    }

    pub(super) fn peek(&self) -> &'a Token {
        // The last token is `End`, and nothing moves past it.
        &self.tokens[self.position.min(self.tokens.len() - 1)]
    }

    fn ahead(&self, by: usize) -> &'a Kind {
        &self.tokens[(self.position + by).min(self.tokens.len() - 1)].kind
    }

    pub(super) fn place(&self) -> Place {
        self.peek().place
    }

    pub(super) fn advance(&mut self) -> &'a Token {
        let token = self.peek();
        self.position += 1;
        token
    }

    fn is(&self, kind: &Kind) -> bool {
        self.peek().kind == *kind
    }

    fn take_kind(&mut self, kind: &Kind) -> bool {
        let found = self.is(kind);
        self.position += usize::from(found);
        found
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek().kind, Kind::Symbol(found) if found == symbol)
    }

    pub(super) fn take(&mut self, symbol: &str) -> bool {
        let found = self.is_symbol(symbol);
        self.position += usize::from(found);
        found
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(&self.peek().kind, Kind::Name(name) if **name == *word)
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.position += usize::from(found);
        found
    }

    /// `name =`, as it stands before a keyword argument.
    pub(super) fn take_keyword(&mut self) -> Option<Name> {
        match (&self.peek().kind, self.ahead(1)) {
            (Kind::Name(name), Kind::Symbol("=")) => {
                self.position += 2;
                Some(name.clone())
            }
            _ => None,
        }
    }

    pub(super) fn expected(&self, what: &str) -> Failure {
        let found = match &self.peek().kind {
            Kind::End => "but the text ends".into(),
            Kind::Newline if matches!(self.ahead(1), Kind::End) => "but the text ends".into(),
            other => format!("not {}", other.describe()),
        };
        error(self.place(), format!("{what} is expected here, {found}"))
    }

    pub(super) fn expect(&mut self, symbol: &str) -> Result<(), Failure> {
        if self.take(symbol) { Ok(()) } else { Err(self.expected(&format!("`{symbol}`"))) }
    }

    pub(super) fn name(&mut self) -> Result<Name, Failure> {
        match &self.peek().kind {
            Kind::Name(name) if !is_keyword(name) => {
                self.position += 1;
                Ok(name.clone())
            }
            _ => Err(self.expected("a name")),
        }
    }

    /// Runs `parse` one level deeper.
    pub(super) fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(error(self.place(), format!("this is nested more than {DEEPEST} deep")));
        }
        let result = parse(self);
        self.depth -= 1;
        result
    }

    /// `: statement` on one line, or an indented block.
    pub(super) fn block(&mut self) -> Result<Block, Failure> {
        self.expect(":")?;
        let mut block = Block::new();
        if !self.take_kind(&Kind::Newline) {
            self.line(&mut block)?;
            return Ok(block);
        }
        if !self.take_kind(&Kind::Indent) {
            return Err(self.expected("an indented block"));
        }
        while !self.take_kind(&Kind::Dedent) {
            self.deeper(|parser| parser.statement(&mut block))?;
        }
        Ok(block)
    }

    fn statement(&mut self, block: &mut Block) -> Result<(), Failure> {
        let Token { kind, place } = self.peek();
        let place = *place;
        if self.is_symbol("@") {
            block.push(self.decorated()?);
            return Ok(());
        }
        if *kind == Kind::Indent {
            return Err(error(place, "this line is indented, and the line above it opens no block"));
        }
        let Kind::Name(word) = kind else { return self.line(block) };
        let kind = match &**word {
            "def" => StatementKind::Function(self.function(FunctionKind::Plain)?),
            "class" => self.class()?,
            "if" => self.condition()?,
            "for" => {
                self.advance();
                let target = self.targets()?;
                if !self.take_word("in") {
                    return Err(self.expected("`in`"));
                }
                let items = self.tuple()?;
                let body = self.block()?;
                if self.is_word("else") {
                    return Err(error(self.place(), "`else` after a loop is not supported in a network"));
                }
                StatementKind::For(target, items, body)
            }
            word => match UNSUPPORTED.iter().find(|(name, _)| *name == word) {
                // `match` is a name like any other where nothing follows that could be matched.
                Some((name, _)) if *name == "match" && !matches!(self.ahead(1), Kind::Name(_)) => {
                    return self.line(block);
                }
                Some((_, sentence)) => {
                    self.pass_over();
                    StatementKind::Unsupported(sentence)
                }
                None => return self.line(block),
            },
        };
        block.push(Statement { place, kind });
        Ok(())
    }

    /// Moves past a statement with its block, and past the clauses that belong to it.
    fn pass_over(&mut self) {
        loop {
            while !matches!(self.peek().kind, Kind::Newline | Kind::End) {
                self.advance();
            }
            self.take_kind(&Kind::Newline);
            if self.is(&Kind::Indent) {
                let mut open = 0_usize;
                loop {
                    match self.advance().kind {
                        Kind::Indent => open += 1,
                        Kind::Dedent => open -= 1,
                        _ => {}
                    }
                    if open == 0 || self.is(&Kind::End) {
                        break;
                    }
                }
            }
            if !["except", "finally", "else", "elif"].iter().any(|clause| self.is_word(clause)) {
                return;
            }
        }
    }

    /// Statements of one line, a semicolon between them.
    fn line(&mut self, block: &mut Block) -> Result<(), Failure> {
        loop {
            let place = self.place();
            let kind = self.simple()?;
            block.push(Statement { place, kind });
            if self.take(";") && !self.is(&Kind::Newline) {
                continue;
            }
            return match self.peek().kind {
                Kind::Newline => {
                    self.advance();
                    Ok(())
                }
                Kind::End | Kind::Dedent => Ok(()),
                _ => Err(self.expected("the end of the line")),
            };
        }
    }

    fn simple(&mut self) -> Result<StatementKind, Failure> {
        let Kind::Name(word) = &self.peek().kind else { return self.assignment() };
        let ends = |parser: &Self| matches!(parser.peek().kind, Kind::Newline | Kind::End | Kind::Symbol(";"));
        if let Some((_, sentence)) = UNSUPPORTED.iter().find(|(name, _)| *name == &**word && *name != "match") {
            while !matches!(self.peek().kind, Kind::Newline | Kind::End) {
                self.advance();
            }
            return Ok(StatementKind::Unsupported(sentence));
        }
        let is_plain =
            matches!(&**word, "pass" | "break" | "continue" | "return" | "del" | "import" | "from" | "assert")
                || &**word == "raise";
        if !is_plain {
            return self.assignment();
        }
        self.advance();
        Ok(match &**word {
            "pass" => StatementKind::Pass,
            "break" => StatementKind::Break,
            "continue" => StatementKind::Continue,
            "return" => StatementKind::Return(if ends(self) { None } else { Some(self.tuple()?) }),
            "del" => StatementKind::Delete(vec![self.tuple()?]),
            "import" => self.import()?,
            "from" => self.import_from()?,
            "assert" => {
                let condition = self.conditional()?;
                let message = if self.take(",") { Some(self.conditional()?) } else { None };
                StatementKind::Assert(condition, message)
            }
            _ => {
                if !ends(self) {
                    self.tuple()?;
                }
                if self.take_word("from") {
                    self.tuple()?;
                }
                StatementKind::Raise
            }
        })
    }

    /// An expression, or one or more targets that take a value.
    fn assignment(&mut self) -> Result<StatementKind, Failure> {
        let first = self.tuple()?;
        let place = self.place();
        let operator = match self.peek().kind {
            Kind::Symbol(symbol) => symbol,
            _ => return Ok(StatementKind::Expression(first)),
        };
        match operator {
            ":" => {
                self.advance();
                self.conditional()?;
                if !self.take("=") {
                    return Ok(StatementKind::Pass);
                }
                check_target(&first)?;
                Ok(StatementKind::Assign(vec![first], self.tuple()?))
            }
            "=" => {
                let mut targets = vec![first];
                while self.take("=") {
                    targets.push(self.tuple()?);
                }
                let Some(value) = targets.pop() else { return Err(error(place, "a value is expected here")) };
                targets.iter().try_for_each(check_target)?;
                Ok(StatementKind::Assign(targets, value))
            }
            "+=" | "-=" | "*=" | "/=" | "//=" | "%=" | "**=" | "@=" => {
                check_target(&first)?;
                self.advance();
                Ok(StatementKind::Augment(first, &operator[..operator.len() - 1], self.tuple()?))
            }
            _ => Ok(StatementKind::Expression(first)),
        }
    }

    fn condition(&mut self) -> Result<StatementKind, Failure> {
        let mut branches = Vec::new();
        while self.take_word(if branches.is_empty() { "if" } else { "elif" }) {
            let condition = self.conditional()?;
            branches.push((condition, self.block()?));
        }
        let otherwise = if self.take_word("else") { self.block()? } else { Block::new() };
        Ok(StatementKind::If(branches, otherwise))
    }

    fn decorated(&mut self) -> Result<Statement, Failure> {
        let mut kind = FunctionKind::Plain;
        let place = self.place();
        while self.take("@") {
            let decorator = self.conditional()?;
            kind = match &decorator.kind {
                ExpressionKind::Name(name) if &**name == "property" => FunctionKind::Property,
                ExpressionKind::Name(name) if &**name == "staticmethod" => FunctionKind::Static,
                _ => FunctionKind::Decorated,
            };
            self.take_kind(&Kind::Newline);
        }
        let kind = match () {
            () if self.is_word("def") => StatementKind::Function(self.function(kind)?),
            () if self.is_word("class") => self.class()?,
            () if self.is_word("async") => {
                self.pass_over();
                StatementKind::Pass
            }
            () => return Err(self.expected("`def` or `class`")),
        };
        Ok(Statement { place, kind })
    }
}

fn check_target(target: &Expression) -> Result<(), Failure> {
    match &target.kind {
        ExpressionKind::Name(_) | ExpressionKind::Attribute(..) | ExpressionKind::Index(..) => Ok(()),
        ExpressionKind::Tuple(items) | ExpressionKind::List(items) => items.iter().try_for_each(check_target),
        ExpressionKind::Star(target) => check_target(target),
        _ => Err(error(target.place, "a value is given to a name here, and this is none")),
    }
}
