//! The tree of a Python text, as far as networks need it: every node has its place.

use std::rc::Rc;

use super::Place;

pub(super) type Name = Rc<str>;
pub(super) type Block = Vec<Statement>;

pub(super) struct Expression {
    pub(super) place: Place,
    /// Of the tree below it: what is too high is refused, so that walking it needs little stack.
    pub(super) height: u16,
    pub(super) kind: ExpressionKind,
}

pub(super) enum ExpressionKind {
    None,
    Ellipsis,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    /// `f'…'`: literal pieces and expressions in turn.
    Format(Vec<Expression>),
    Name(Name),
    Tuple(Vec<Expression>),
    List(Vec<Expression>),
    /// `key: value`, or `**value` without a key.
    Dict(Vec<(Option<Expression>, Expression)>),
    Attribute(Box<Expression>, Name),
    Index(Box<Expression>, Box<Expression>),
    Slice([Option<Box<Expression>>; 3]),
    Call(Box<Expression>, Vec<Argument>),
    /// `not`, `-`, `+`, `~`
    Unary(&'static str, Box<Expression>),
    /// Arithmetic, by its symbol.
    Binary(&'static str, Box<Expression>, Box<Expression>),
    /// `and`, `or`
    Logical(&'static str, Box<Expression>, Box<Expression>),
    /// `a < b <= c`
    Compare(Box<Expression>, Vec<(&'static str, Expression)>),
    /// Then, condition, else.
    Conditional(Box<[Expression; 3]>),
    Lambda(Rc<Function>),
    Comprehension(Box<Comprehension>),
    /// `*value`
    Star(Box<Expression>),
}

pub(super) struct Argument {
    pub(super) place: Place,
    pub(super) name: Option<Name>,
    pub(super) stars: Stars,
    pub(super) value: Expression,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stars {
    None,
    One,
    Two,
}

/// `[element for target in items if condition]`, or `{key: element …}`.
pub(super) struct Comprehension {
    pub(super) is_list: bool,
    pub(super) key: Option<Expression>,
    pub(super) element: Expression,
    /// Target, items, conditions.
    pub(super) loops: Vec<(Expression, Expression, Vec<Expression>)>,
}

pub(super) struct Function {
    pub(super) name: Name,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Block,
    pub(super) kind: FunctionKind,
    pub(super) place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FunctionKind {
    Plain,
    Property,
    Static,
    /// With a decorator that is not read.
    Decorated,
}

pub(super) struct Parameter {
    pub(super) name: Name,
    pub(super) default: Option<Expression>,
    pub(super) kind: ParameterKind,
}

impl Parameter {
    /// Whether a call may leave it out, even without a default.
    pub(super) fn is_optional(&self) -> bool {
        matches!(self.kind, ParameterKind::Rest | ParameterKind::Keywords)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ParameterKind {
    Positional,
    /// After `*`.
    Keyword,
    /// `*args`
    Rest,
    /// `**kwargs`
    Keywords,
}

pub(super) struct Class {
    pub(super) place: Place,
    pub(super) name: Name,
    pub(super) bases: Vec<Expression>,
    pub(super) body: Block,
}

pub(super) struct Statement {
    pub(super) place: Place,
    pub(super) kind: StatementKind,
}

pub(super) enum StatementKind {
    Expression(Expression),
    /// Every target takes the value.
    Assign(Vec<Expression>, Expression),
    Augment(Expression, &'static str, Expression),
    Return(Option<Expression>),
    If(Vec<(Expression, Block)>, Block),
    For(Expression, Expression, Block),
    Function(Rc<Function>),
    Class(Rc<Class>),
    /// Module, name in it unless the module itself is meant, and what it is called from then on.
    Import(Vec<(Name, Option<Name>, Name)>),
    Delete(Vec<Expression>),
    /// What must hold, and what is said where it does not.
    Assert(Expression, Option<Expression>),
    Raise,
    Pass,
    Break,
    Continue,
    /// What networks are not written with, and the sentence that says so.
    Unsupported(&'static str),
}

impl Statement {
    /// The names that it would give a value.
    pub(super) fn binds(&self) -> Vec<&Name> {
        match &self.kind {
            StatementKind::Assign(targets, _) => targets.iter().flat_map(names).collect(),
            StatementKind::Augment(target, ..) => names(target),
            StatementKind::Function(function) => vec![&function.name],
            StatementKind::Class(class) => vec![&class.name],
            StatementKind::Import(imports) => imports.iter().map(|(.., name)| name).collect(),
            StatementKind::For(target, _, body) => {
                names(target).into_iter().chain(body.iter().flat_map(Self::binds)).collect()
            }
            StatementKind::If(branches, otherwise) => {
                let blocks = branches.iter().map(|(_, block)| block).chain([otherwise]);
                blocks.flatten().flat_map(Self::binds).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn names(target: &Expression) -> Vec<&Name> {
    match &target.kind {
        ExpressionKind::Name(name) => vec![name],
        ExpressionKind::Tuple(items) | ExpressionKind::List(items) => items.iter().flat_map(names).collect(),
        ExpressionKind::Star(target) => names(target),
        _ => Vec::new(),
    }
}
