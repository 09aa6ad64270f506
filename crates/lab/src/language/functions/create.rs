//! Tensors that are made of nothing: constants in a pass, first values outside of one.

use std::rc::Rc;

use chalkgrad::nn::Init;
use chalkgrad::{Shape, Tensor};

use super::super::arguments::{Arguments, items};
use super::super::evaluator::{Evaluator, LONGEST, Result};
use super::super::value::{Keeping, Stored, Value};

type Run<'a, 's, 'g> = &'a mut Evaluator<'s, 'g>;

fn create(evaluator: Run<'_, '_, '_>, arguments: &Arguments, size: &str, init: Init) -> Result<Value> {
    let sizes = evaluator.wholes(arguments, size)?;
    let lengths: Option<Vec<usize>> = sizes.iter().map(|&size| usize::try_from(size).ok()).collect();
    let Some(lengths) = lengths.filter(|lengths| lengths.len() <= 8) else {
        return Err(arguments.error(format!("`{size}` must be whole numbers of at least 0")));
    };
    let shape = Shape::from(lengths);
    match (&evaluator.scope, init) {
        (Some(scope), Init::Constant(value)) => {
            let constant = scope.graph().constant(value, shape);
            evaluator.made(constant, arguments.place)
        }
        (Some(_), _) => {
            Err(arguments.error("a forward pass gives the same result each time: random numbers are not drawn in it"))
        }
        (None, init) => Ok(Value::Stored(Rc::new(Stored::new(shape, init, Keeping::No)))),
    }
}

pub(super) fn zeros(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    create(evaluator, arguments, "size", Init::zeros())
}

pub(super) fn ones(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    create(evaluator, arguments, "size", Init::ones())
}

pub(super) fn full(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    create(evaluator, arguments, "size", Init::constant(arguments.number("fill_value")?))
}

pub(super) fn randn(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    create(evaluator, arguments, "size", Init::normal(0.0, 1.0))
}

pub(super) fn rand(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    create(evaluator, arguments, "size", Init::uniform(0.0, 1.0))
}

pub(super) fn full_like(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let value = arguments.number("fill_value")?;
    evaluator.apply(arguments, |input| input.graph().constant(value, input.shape()))
}

pub(super) fn new_zeros(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    create(evaluator, arguments, "size", Init::zeros())
}

/// Numbers as a tensor: in a pass, each is a node.
fn numbers(evaluator: Run<'_, '_, '_>, values: &[f64], shape: Shape, arguments: &Arguments) -> Result<Value> {
    evaluator.spend(values.len(), arguments.place)?;
    let is_constant = values.windows(2).all(|pair| pair[0] == pair[1]);
    match (&evaluator.scope, values) {
        (None, [first, ..]) if is_constant => {
            Ok(Value::Stored(Rc::new(Stored::new(shape, Init::constant(*first), Keeping::No))))
        }
        (None, _) => Ok(Value::Stored(Rc::new(Stored::listed(shape, values)))),
        (Some(scope), values) => {
            let graph = scope.graph();
            let each: Vec<Tensor<'_>> = values.iter().map(|&value| graph.constant(value, [1])).collect();
            let made = match (values, is_constant) {
                ([first, ..], true) => graph.constant(*first, shape),
                ([], _) => graph.constant(0.0, shape),
                _ => graph.concat(&each, 0).reshape(shape),
            };
            evaluator.made(made, arguments.place)
        }
    }
}

pub(super) fn tensor(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let (mut values, mut lengths) = (vec![arguments.get("data").0.clone()], Vec::new());
    while let Some(first) = values.first().and_then(items) {
        let rows: Option<Vec<Vec<Value>>> = values.iter().map(items).collect();
        let rows = rows.filter(|rows| rows.iter().all(|row| row.len() == first.len()) && lengths.len() < 8);
        let Some(rows) = rows else { return Err(arguments.error("the rows of a tensor must be of one length")) };
        lengths.push(first.len());
        values = rows.into_iter().flatten().collect();
        if values.len() > LONGEST {
            return Err(arguments.error(format!("{LONGEST} numbers are read at most")));
        }
        evaluator.spend(values.len(), arguments.place)?;
    }
    let numbers_of: Option<Vec<f64>> = values.iter().map(Value::number).collect();
    let Some(values) = numbers_of else { return Err(arguments.error("a tensor is made of numbers")) };
    numbers(evaluator, &values, lengths.into(), arguments)
}

pub(super) fn arange(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let ends: Option<Vec<f64>> =
        items(arguments.get("range").0).unwrap_or_default().iter().map(Value::number).collect();
    let (start, stop, step) = match ends.as_deref() {
        Some([stop]) => (0.0, *stop, 1.0),
        Some([start, stop]) => (*start, *stop, 1.0),
        Some([start, stop, step]) if *step != 0.0 => (*start, *stop, *step),
        _ => return Err(arguments.error("`arange` takes a start, a stop and a step")),
    };
    let count = ((stop - start) / step).ceil().max(0.0);
    if count > LONGEST as f64 || !count.is_finite() {
        return Err(arguments.error(format!("{LONGEST} numbers are read at most")));
    }
    let values: Vec<f64> = (0..count as usize).map(|index| start + step * index as f64).collect();
    numbers(evaluator, &values, [values.len()].into(), arguments)
}

pub(super) fn linspace(evaluator: Run<'_, '_, '_>, arguments: &Arguments) -> Result<Value> {
    let (start, end, steps) = (arguments.number("start")?, arguments.number("end")?, arguments.count("steps")?);
    if steps > LONGEST {
        return Err(arguments.error(format!("{LONGEST} numbers are read at most")));
    }
    let last = (steps - 1).max(1) as f64;
    let values: Vec<f64> = (0..steps).map(|index| start + (end - start) * index as f64 / last).collect();
    numbers(evaluator, &values, [steps].into(), arguments)
}
