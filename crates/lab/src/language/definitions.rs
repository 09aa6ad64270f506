//! Tokens to what gives names: imports, functions with their parameters, classes.

use std::rc::Rc;

use super::parser::Parser;
use super::syntax::{Class, Function, FunctionKind, Name, Parameter, ParameterKind, StatementKind};
use super::{Failure, error};

/// Most arguments of a function.
const MOST: usize = 255;

impl Parser<'_> {
    fn dotted(&mut self) -> Result<Name, Failure> {
        let mut path = self.name()?.to_string();
        while self.take(".") {
            path.push('.');
            path.push_str(&self.name()?);
        }
        Ok(path.into())
    }

    pub(super) fn import(&mut self) -> Result<StatementKind, Failure> {
        let mut imports = Vec::new();
        loop {
            let module = self.dotted()?;
            if self.take_word("as") {
                imports.push((module, None, self.name()?));
            } else {
                // `import torch.nn` gives the name `torch`.
                let first: Name = module.split('.').next().unwrap_or("").into();
                imports.push((first.clone(), None, first));
            }
            if !self.take(",") {
                return Ok(StatementKind::Import(imports));
            }
        }
    }

    pub(super) fn import_from(&mut self) -> Result<StatementKind, Failure> {
        while self.take(".") {}
        let module = if self.is_word("import") { "".into() } else { self.dotted()? };
        if !self.take_word("import") {
            return Err(self.expected("`import`"));
        }
        if self.take("*") {
            return Ok(StatementKind::Pass);
        }
        let brackets = self.take("(");
        let mut imports = Vec::new();
        loop {
            let name = self.name()?;
            let alias = if self.take_word("as") { self.name()? } else { name.clone() };
            imports.push((module.clone(), Some(name), alias));
            if !self.take(",") || self.is_symbol(")") {
                break;
            }
        }
        if brackets {
            self.expect(")")?;
        }
        Ok(StatementKind::Import(imports))
    }

    pub(super) fn function(&mut self, kind: FunctionKind) -> Result<Rc<Function>, Failure> {
        let place = self.place();
        self.advance();
        let name = self.name()?;
        self.expect("(")?;
        let parameters = self.parameters(")", true)?;
        self.expect(")")?;
        if self.take("->") {
            self.conditional()?;
        }
        let body = self.block()?;
        Ok(Rc::new(Function { name, parameters, body, kind, place }))
    }

    /// Up to the symbol that ends them, which stays. A lambda's have no type hints.
    pub(super) fn parameters(&mut self, end: &str, hints: bool) -> Result<Vec<Parameter>, Failure> {
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut kind = ParameterKind::Positional;
        while !self.is_symbol(end) {
            // All of ours can be given by position too.
            if self.take("/") {
                self.take(",");
                continue;
            }
            let own = match (self.take("**"), self.take("*")) {
                (true, _) => ParameterKind::Keywords,
                (_, true) => {
                    kind = ParameterKind::Keyword;
                    if self.take(",") {
                        continue;
                    }
                    ParameterKind::Rest
                }
                _ => kind,
            };
            let place = self.place();
            let name = self.name()?;
            if parameters.len() >= MOST {
                return Err(error(place, format!("a function has {MOST} arguments at most")));
            }
            if parameters.iter().any(|known| known.name == name) {
                return Err(error(place, format!("there are two arguments `{name}`")));
            }
            if hints && self.take(":") {
                self.conditional()?;
            }
            let default = if self.take("=") { Some(self.conditional()?) } else { None };
            parameters.push(Parameter { name, default, kind: own });
            if !self.take(",") && !self.is_symbol(end) {
                return Err(self.expected(&format!("`,` or `{end}`")));
            }
        }
        Ok(parameters)
    }

    pub(super) fn class(&mut self) -> Result<StatementKind, Failure> {
        let place = self.place();
        self.advance();
        let name = self.name()?;
        let mut bases = Vec::new();
        if self.take("(") {
            while !self.take(")") {
                self.take_keyword();
                bases.push(self.conditional()?);
                if !self.take(",") && !self.is_symbol(")") {
                    return Err(self.expected("`,` or `)`"));
                }
            }
        }
        let body = self.block()?;
        Ok(StatementKind::Class(Rc::new(Class { place, name, bases, body })))
    }
}
