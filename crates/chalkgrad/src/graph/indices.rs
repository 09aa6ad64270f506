//! Rows and elements by index. An index is a number like all others; one that names nothing gives NaN, which stops the run
//! where it reaches the loss.

use super::Tensor;
use crate::Shape;
use crate::op::Op;

impl Tensor<'_> {
    /// Along `axis`, for each place of `index` the element that it names; along the other axes both go together, and `index`
    /// may be shorter. `torch.gather`.
    pub fn gather(self, axis: usize, index: Self) -> Self {
        let given = [self, index];
        let (shape, picked) = (self.shape(), index.shape());
        let fits = |other: usize| other == axis || picked.dims()[other] <= shape.dims()[other];
        if picked.rank() != shape.rank() || axis >= shape.rank() || !(0..shape.rank()).all(fits) {
            let rule = format!("the index must have as many axes, and none but axis {axis} may be longer");
            return self.refused("gather", [shape, picked], rule);
        }
        let part = (0..shape.rank())
            .filter(|&other| other != axis && picked.dims()[other] < shape.dims()[other])
            .fold(self, |part, other| part.narrow(other, 0, picked.dims()[other]));
        let (Some((rows, order)), Some((index, _))) =
            (part.as_rows("gather", &[axis]), index.as_rows("gather", &[axis]))
        else {
            return self.graph.constant(0.0, []);
        };
        let gathered = self.graph.apply_for("gather", &given, Ok(Op::Gather), &[rows.unsqueeze(2), index]);
        gathered.rows_as(&picked, &order)
    }

    /// The places of `axis` that `index` `[J]` names, in its order.
    pub fn index_select(self, axis: usize, index: Self) -> Self {
        let (shape, picked) = (self.shape(), index.shape());
        let (Some(&rows), &[count]) = (shape.dims().get(axis), picked.dims()) else {
            let rule = format!("it takes axis {axis} and one index a place, [J]");
            return self.refused("index_select", [shape, picked], rule);
        };
        let (before, after) = (&shape.dims()[..axis], &shape.dims()[axis + 1..]);
        let [outer, inner] = [before, after].map(|dims| Shape::from(dims).elements());
        let stacks = self.reshape([outer, rows, inner]);
        let chosen = self.graph.apply_for(
            "index_select",
            &[self, index],
            Ok(Op::Gather),
            &[stacks, index.expand([outer, count])],
        );
        chosen.reshape([before, &[count], after].concat())
    }

    /// The row of `weight` `[K, D]` that each number names: any shape to that shape and `D`. `torch.nn.functional.embedding`.
    pub fn embedding(self, weight: Self) -> Self {
        let (shape, table) = (self.shape(), weight.shape());
        let &[rows, width] = table.dims() else {
            return self.refused("embedding", [shape, table], "the weight must have the shape [rows, width]");
        };
        let index = self.reshape([1, shape.elements()]);
        let chosen = self.graph.apply_for(
            "embedding",
            &[self, weight],
            Ok(Op::Gather),
            &[weight.reshape([1, rows, width]), index],
        );
        chosen.reshape([shape.dims(), &[width]].concat())
    }

    /// 1 at the place that each number names, 0 elsewhere: any shape to that shape and `classes`. A number that names none gives
    /// zeros.
    pub fn one_hot(self, classes: usize) -> Self {
        let shape = self.shape();
        let ones = self.graph.constant(1.0, [shape.elements(), 1, 1]);
        let index = self.reshape([shape.elements(), 1]);
        let hot = self.graph.apply_for("one_hot", &[self], Ok(Op::Scatter { rows: classes }), &[ones, index]);
        hot.reshape([shape.dims(), &[classes]].concat())
    }
}
