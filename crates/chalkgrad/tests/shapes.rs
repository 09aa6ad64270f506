//! Shapes, over random ones: what fits gives what a naive walk over all places gives, in the interpreter and on the CPU; what does
//! not fit gives an error that names the shapes.
#![cfg(not(target_arch = "wasm32"))]

use chalkgrad::{Array, Device, Graph, Interpreter, Program, Reduction, Store, Tensor};
use proptest::prelude::*;

/// A tensor as a rule: its number at each place. Whole numbers, so that sums are exact.
#[derive(Debug, Clone, PartialEq)]
struct Dense {
    dims: Vec<usize>,
    values: Vec<f64>,
}

/// Every place of a tensor, in row-major order.
fn places(dims: &[usize]) -> Vec<Vec<usize>> {
    dims.iter().fold(vec![vec![]], |places, &dim| {
        places.iter().flat_map(|place| (0..dim).map(move |next| [&place[..], &[next]].concat())).collect()
    })
}

impl Dense {
    fn new(dims: &[usize], at: impl Fn(&[usize]) -> f64) -> Self {
        Self { dims: dims.to_vec(), values: places(dims).iter().map(|place| at(place)).collect() }
    }

    /// Numbers that tell places apart, with some equal ones.
    fn of(dims: &[usize], salt: usize) -> Self {
        let mut dense = Self::new(dims, |_| 0.0);
        dense.values.iter_mut().enumerate().for_each(|(i, value)| *value = ((i * 7 + salt * 5) % 23) as f64 - 11.0);
        dense
    }

    fn at(&self, place: &[usize]) -> f64 {
        self.values[place.iter().zip(&self.dims).fold(0, |index, (at, dim)| index * dim + at)]
    }

    /// Its number where a tensor that it broadcasts to has this place.
    fn stretched(&self, place: &[usize]) -> f64 {
        let own = place[place.len() - self.dims.len()..].iter().zip(&self.dims);
        self.at(&own.map(|(&at, &dim)| if dim == 1 { 0 } else { at }).collect::<Vec<_>>())
    }

    fn shape(&self) -> String {
        format!("{:?}", self.dims)
    }
}

/// The dims that all broadcast to: lengths along each axis are equal, or 1.
fn broadcast(all: &[&Dense]) -> Option<Vec<usize>> {
    let rank = all.iter().map(|dense| dense.dims.len()).max()?;
    let along = |axis: usize| {
        let lengths: Vec<usize> =
            all.iter().filter_map(|dense| Some(dense.dims[(axis + dense.dims.len()).checked_sub(rank)?])).collect();
        let longest = lengths.iter().copied().find(|&length| length != 1).unwrap_or(1);
        lengths.iter().all(|&length| length == 1 || length == longest).then_some(longest)
    };
    (0..rank).map(along).collect()
}

/// What an expression gives, or its error's sentence.
fn outcome(inputs: &[&Dense], build: impl for<'g> Fn(&'g Graph, &[Tensor<'g>]) -> Tensor<'g>) -> Result<Dense, String> {
    let graph = Graph::new();
    let leaves: Vec<_> =
        inputs.iter().enumerate().map(|(i, input)| graph.leaf(i.to_string(), &input.dims[..])).collect();
    let output = build(&graph, &leaves);
    graph.check().map_err(|error| error.to_string())?;
    let array = |input: &Dense| Array::new(&input.dims[..], input.values.clone()).expect("as many as the shape says");
    let values: Vec<_> = leaves.iter().copied().zip(inputs.iter().map(|input| array(input))).collect();
    let interpreted = Interpreter::<f64>::new().run(&graph, &values).expect("it runs")[output].clone();
    let compiled = pollster::block_on(async {
        let mut store = Store::new(&Device::Cpu);
        for (i, input) in inputs.iter().enumerate() {
            store.add(i.to_string(), input.values.len())?;
            store.write(&i.to_string(), &input.values.iter().map(|&value| value as f32).collect::<Vec<_>>())?;
        }
        let program = Program::compile(&store, &graph, &[], &[output]).await?;
        Program::run(&[&program])?;
        program.read(0).await
    });
    let compiled: Vec<f64> = compiled.expect("it runs").iter().map(|&value| f64::from(value)).collect();
    assert_eq!(compiled, interpreted[..], "on the CPU and in the interpreter");
    Ok(Dense { dims: interpreted.shape().dims().to_vec(), values: interpreted.into_values() })
}

/// The outcome is the expected one, or where none is, an error that names the shapes of all inputs.
fn expect(found: Result<Dense, String>, expected: Option<Dense>, inputs: &[&Dense]) -> Result<(), TestCaseError> {
    match (found, expected) {
        (Ok(found), Some(expected)) => prop_assert_eq!(found, expected),
        (Err(error), None) => {
            let unnamed: Vec<String> =
                inputs.iter().map(|input| input.shape()).filter(|shape| !error.contains(shape)).collect();
            prop_assert!(unnamed.is_empty(), "{} does not name {:?}", error, unnamed);
        }
        (found, expected) => prop_assert!(false, "{:?} instead of {:?}", found, expected),
    }
    Ok(())
}

fn dims() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0usize..4, 0..4)
}

/// A shape, and others that often fit beside it: some of its axes cut off or made 1, sometimes one changed.
fn family(count: usize) -> impl Strategy<Value = Vec<Vec<usize>>> {
    let one = (0usize..4, any::<u8>(), 0usize..12, 0usize..4);
    (dims(), prop::collection::vec(one, count)).prop_map(|(dims, ones)| {
        let member = |(cut, singles, changed, to): (usize, u8, usize, usize)| {
            let mut member: Vec<usize> = dims[cut.min(dims.len())..].to_vec();
            member.iter_mut().enumerate().filter(|(axis, _)| singles >> axis & 3 == 3).for_each(|(_, dim)| *dim = 1);
            if let Some(dim) = member.get_mut(changed) {
                *dim = to;
            }
            member
        };
        ones.into_iter().map(member).collect()
    })
}

fn filled(dims: &[Vec<usize>]) -> Vec<Dense> {
    dims.iter().enumerate().map(|(salt, dims)| Dense::of(dims, salt)).collect()
}

/// Without these axes, or with 1 in their place, each with what `of` makes of the numbers that went. `None`: no such axes.
fn reduced(x: &Dense, axes: &[usize], keep: bool, of: impl Fn(&[f64]) -> f64) -> Option<Dense> {
    let named_once = axes.iter().enumerate().all(|(i, axis)| *axis < x.dims.len() && !axes[..i].contains(axis));
    let full: Vec<usize> = x.dims.iter().enumerate().map(|(i, &dim)| if axes.contains(&i) { 1 } else { dim }).collect();
    let behind = |place: &[usize]| -> Vec<f64> {
        let is_behind = |other: &Vec<usize>| (0..full.len()).all(|i| axes.contains(&i) || other[i] == place[i]);
        places(&x.dims).iter().filter(|other| is_behind(other)).map(|other| x.at(other)).collect()
    };
    let mut result = named_once.then(|| Dense::new(&full, |place| of(&behind(place))))?;
    if !keep {
        result.dims = x.dims.iter().enumerate().filter(|(i, _)| !axes.contains(i)).map(|(_, &dim)| dim).collect();
    }
    Some(result)
}

proptest! {
    #[test]
    fn binary_operations_broadcast(dims in family(2)) {
        let [a, b] = <[Dense; 2]>::try_from(filled(&dims)).expect("two");
        let expected = broadcast(&[&a, &b]).map(|dims| {
            Dense::new(&dims, |place| a.stretched(place) - b.stretched(place))
        });
        expect(outcome(&[&a, &b], |_, x| x[0] - x[1]), expected, &[&a, &b])?;
        let expected = broadcast(&[&a, &b]).map(|dims| {
            Dense::new(&dims, |place| f64::from(u8::from(a.stretched(place) >= b.stretched(place))))
        });
        expect(outcome(&[&a, &b], |_, x| x[0].ge(x[1])), expected, &[&a, &b])?;
    }

    #[test]
    fn a_choice_broadcasts_all_three(dims in family(3)) {
        let [c, a, b] = <[Dense; 3]>::try_from(filled(&dims)).expect("three");
        let expected = broadcast(&[&c, &a, &b]).map(|dims| {
            let value = |place: &[usize]| if c.stretched(place) != 0.0 { a.stretched(place) } else { b.stretched(place) };
            Dense::new(&dims, value)
        });
        expect(outcome(&[&c, &a, &b], |_, x| x[0].choose(x[1], x[2])), expected, &[&c, &a, &b])?;
    }

    #[test]
    fn tensors_are_concatenated_along_any_axis(dims in dims(), lengths in prop::collection::vec(0usize..4, 1..5),
                                               axis in 0usize..4, odd in prop::option::weighted(0.2, 0usize..4)) {
        let part = |&length: &usize| {
            let mut part = dims.clone();
            part.get_mut(axis).into_iter().for_each(|dim| *dim = length);
            part
        };
        let mut parts: Vec<Vec<usize>> = lengths.iter().map(part).collect();
        if let Some(last) = odd.filter(|_| parts.len() > 1).and_then(|odd| parts.last_mut()?.get_mut(odd)) {
            *last += 1;
        }
        let parts = filled(&parts);
        let inputs: Vec<&Dense> = parts.iter().collect();
        let fits = |part: &Dense| (0..dims.len()).all(|i| i == axis || part.dims[i] == parts[0].dims[i]);
        let expected = (axis < dims.len() && parts.iter().all(fits)).then(|| {
            let mut whole = parts[0].dims.clone();
            whole[axis] = parts.iter().map(|part| part.dims[axis]).sum();
            Dense::new(&whole, |place| {
                let mut place = place.to_vec();
                let mut part = 0;
                while place[axis] >= parts[part].dims[axis] {
                    place[axis] -= parts[part].dims[axis];
                    part += 1;
                }
                parts[part].at(&place)
            })
        });
        expect(outcome(&inputs, |graph, x| graph.concat(x, axis)), expected, &inputs)?;
    }

    #[test]
    fn slices_take_every_step_of_a_range(dims in dims(), axis in 0usize..4, start in 0usize..5, end in 0usize..5,
                                         step in 0usize..4) {
        let x = Dense::of(&dims, 0);
        let taken: Vec<usize> = (start..end).step_by(step.max(1)).collect();
        let fits = axis < dims.len() && step > 0 && taken.iter().all(|&at| at < dims[axis]);
        let expected = fits.then(|| {
            let mut part = dims.clone();
            part[axis] = taken.len();
            Dense::new(&part, |place| {
                let mut place = place.to_vec();
                place[axis] = taken[place[axis]];
                x.at(&place)
            })
        });
        expect(outcome(&[&x], |_, x| x[0].slice(axis, start..end, step)), expected, &[&x])?;
    }

    #[test]
    fn flipped_axes_run_backwards(dims in dims(), axis in 0usize..4) {
        let x = Dense::of(&dims, 0);
        let expected = (axis < dims.len()).then(|| Dense::new(&dims, |place| {
            let mut place = place.to_vec();
            place[axis] = dims[axis] - 1 - place[axis];
            x.at(&place)
        }));
        expect(outcome(&[&x], |_, x| x[0].flip(&[axis])), expected, &[&x])?;
    }

    #[test]
    fn padding_surrounds_the_last_axes(dims in dims(), amounts in prop::collection::vec([0usize..3, 0usize..3], 0..4),
                                       value in -2i8..3) {
        let (x, value) = (Dense::of(&dims, 0), f64::from(value));
        let expected = dims.len().checked_sub(amounts.len()).map(|first| {
            let amounts: Vec<[usize; 2]> = [&vec![[0, 0]; first][..], &amounts].concat();
            let padded: Vec<usize> = dims.iter().zip(&amounts).map(|(dim, [before, after])| before + dim + after).collect();
            Dense::new(&padded, |place| {
                let inner = place.iter().zip(&amounts).map(|(at, [before, _])| at.checked_sub(*before));
                let inner: Option<Vec<usize>> = inner.collect();
                inner.filter(|inner| inner.iter().zip(&dims).all(|(at, dim)| at < dim)).map_or(value, |inner| x.at(&inner))
            })
        });
        expect(outcome(&[&x], |_, x| x[0].pad(&amounts, value)), expected, &[&x])?;
    }

    #[test]
    fn reductions_go_over_any_axes(dims in dims(), axes in prop::collection::vec(0usize..4, 0..4), keep: bool) {
        let x = Dense::of(&dims, 0);
        let expected = reduced(&x, &axes, keep, |behind| behind.iter().sum());
        expect(outcome(&[&x], |_, x| x[0].sum(&axes, keep)), expected, &[&x])?;
        // Of nothing there is no largest.
        let is_some = |_: &Dense| axes.is_empty() || axes.iter().all(|&axis| dims[axis] > 0);
        let largest = |behind: &[f64]| behind.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let expected = reduced(&x, &axes, keep, largest).filter(is_some);
        expect(outcome(&[&x], |_, x| x[0].amax(&axes, keep)), expected, &[&x])?;
        let smallest = |behind: &[f64]| behind.iter().copied().fold(f64::INFINITY, f64::min);
        let expected = reduced(&x, &axes, keep, smallest).filter(is_some);
        expect(outcome(&[&x], |_, x| x[0].amin(&axes, keep)), expected, &[&x])?;
        let first = |behind: &[f64]| {
            let most = largest(behind);
            behind.iter().position(|&value| value == most).unwrap_or_default() as f64
        };
        let expected = reduced(&x, &axes, keep, first).filter(is_some);
        expect(outcome(&[&x], |_, x| x[0].argmax(&axes, keep)), expected, &[&x])?;
    }

    #[test]
    fn wrong_shapes_give_an_error_that_names_both(a in dims(), b in dims()) {
        let (x, y) = (Dense::of(&a, 0), Dense::of(&b, 1));
        let refused = |found: Result<Dense, String>| match found {
            Ok(_) => Ok(()),
            Err(error) => expect(Err(error), None, &[&x, &y]),
        };
        let both = [&x, &y];
        refused(outcome(&both, |_, x| x[0].matmul(x[1])))?;
        refused(outcome(&both, |_, x| x[0].linear(x[1], None)))?;
        refused(outcome(&both, |graph, x| graph.stack(x, 0)))?;
        refused(outcome(&both, |_, x| x[0].expand(x[1].shape())))?;
        refused(outcome(&both, |_, x| x[0].reshape(x[1].shape())))?;
        refused(outcome(&both, |_, x| x[0].mse_loss(x[1], Reduction::Sum)))?;
        // Indices out of range give NaN: only whether it is refused matters.
        let refused = |build: for<'g> fn(Tensor<'g>, Tensor<'g>) -> Tensor<'g>| {
            let graph = Graph::new();
            build(graph.leaf("x", &a[..]), graph.leaf("y", &b[..]));
            match graph.check() {
                Ok(()) => Ok(()),
                Err(error) => expect(Err(error.to_string()), None, &both),
            }
        };
        refused(|x, y| x.gather(0, y))?;
        refused(|x, y| x.index_select(1, y))?;
        refused(|x, y| x.embedding(y))?;
        refused(|x, y| x.cross_entropy(y))?;
        refused(|x, y| x.multi_margin_loss(y, 1, 1.0, None, Reduction::None))?;
        refused(|x, y| x.binary_cross_entropy_with_logits(y, None, Reduction::None))?;
        refused(|x, y| x.dropout(0.5, y))?;
    }
}

/// Numbers that a person can mistype: refused or taken, never a panic.
#[test]
fn sizes_beyond_all_memory_are_errors() {
    const HUGE: usize = usize::MAX;
    let refused = |build: for<'g> fn(Tensor<'g>) -> Tensor<'g>| {
        let graph = Graph::new();
        build(graph.leaf("x", [2, 3]));
        assert!(graph.check().is_err());
    };
    refused(|x| x.pad(&[[HUGE, HUGE]], 1.0));
    refused(|x| x.pad(&[[1 << 40, 0], [0, 1 << 40]], 0.0));
    refused(|x| x.narrow(0, HUGE, HUGE));
    refused(|x| x.slice(1, 1..HUGE, 1));
    refused(|x| x.slice(HUGE, .., 1));
    refused(|x| x.select(0, HUGE));
    refused(|x| x.flip(&[HUGE]));
    refused(|x| x.one_hot(HUGE));
    refused(|x| x.sum(&[HUGE], false));
    refused(|x| x.softmax(HUGE));
    refused(|x| x.unsqueeze(HUGE));
    refused(|x| x.transpose(0, HUGE));
    refused(|x| x.flatten(HUGE..));
    refused(|x| x.graph().concat(&[x], HUGE));
    refused(|x| x.graph().concat(&[], 0));
    refused(|x| x.graph().stack(&[], 0));
    refused(|x| x.graph().stack(&[x], HUGE));
    refused(|x| x.graph().uniform([HUGE, HUGE], 0, x));
    let graph = Graph::new();
    let wide = graph.leaf("wide", [0, 1 << 40, 1 << 40]);
    let _ = (wide.sum(&[1, 2], false), wide.mean(&[0, 1, 2], false), wide.flip(&[1]), wide.flatten(1..));
    let _ = (wide.index_select(0, graph.leaf("index", [1])), wide.log_softmax(2), wide.slice(1, .., HUGE));
}
