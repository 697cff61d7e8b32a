use std::marker::PhantomData;

use crate::{
    buffer::SliceMut,
    kernel::{Inputs, Kernel},
    kernels::real::Real,
};

/// An activation function of a recurrent cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Activation {
    Relu,
    Tanh,
    Sigmoid,
    Affine { alpha: f64, beta: f64 },
    LeakyRelu { alpha: f64 },
    ThresholdedRelu { alpha: f64 },
    ScaledTanh { alpha: f64, beta: f64 },
    HardSigmoid { alpha: f64, beta: f64 },
    Elu { alpha: f64 },
    Softsign,
    Softplus,
}

impl Activation {
    fn apply(self, x: f64) -> f64 {
        match self {
            Self::Relu => x.max(0.0),
            Self::Tanh => x.tanh(),
            Self::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Self::Affine { alpha, beta } => alpha * x + beta,
            Self::LeakyRelu { alpha } if x < 0.0 => alpha * x,
            Self::LeakyRelu { .. } => x,
            Self::ThresholdedRelu { alpha } if x > alpha => x,
            Self::ThresholdedRelu { .. } => 0.0,
            Self::ScaledTanh { alpha, beta } => alpha * (beta * x).tanh(),
            Self::HardSigmoid { alpha, beta } => (alpha * x + beta).clamp(0.0, 1.0),
            Self::Elu { alpha } if x < 0.0 => alpha * x.exp_m1(),
            Self::Elu { .. } => x,
            Self::Softsign => x / (1.0 + x.abs()),
            // ln(1 + eˣ), arranged so that no exponential overflows.
            Self::Softplus => x.max(0.0) + (-x.abs()).exp().ln_1p(),
        }
    }
}

/// The order in which a direction takes a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Forward,
    Reverse,
}

/// What happens in one step of a sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell {
    Rnn,
    Gru(Reset),
    Lstm(Forget),
}

/// Where a GRU applies its reset gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reset {
    /// To the hidden state.
    BeforeProduct,
    /// To the product of the hidden state and its weights.
    AfterProduct,
}

/// Where an LSTM's forget gate comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Forget {
    Gate,
    /// One minus the input gate.
    Coupled,
}

impl Cell {
    pub(crate) fn gates(self) -> usize {
        match self {
            Self::Rnn => 1,
            Self::Gru(_) => 3,
            Self::Lstm(_) => 4,
        }
    }

    /// How many activation functions one direction has.
    pub(crate) fn activations(self) -> usize {
        match self {
            Self::Rnn => 1,
            Self::Gru(_) => 2,
            Self::Lstm(_) => 3,
        }
    }
}

/// One direction of a [`Recurrent`] layer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Direction {
    pub(crate) order: Order,
    /// As many as [`Cell::activations`] says.
    pub(crate) activations: [Activation; 3],
}

/// Which operands a [`Recurrent`] layer finds behind its input, its weights and its recurrent weights.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Operands {
    pub(crate) bias: Option<usize>,
    pub(crate) lengths: Option<usize>,
    pub(crate) hidden: Option<usize>,
    pub(crate) cell: Option<usize>,
    pub(crate) peepholes: Option<usize>,
}

/// A layer of LSTM, GRU or plain recurrent cells.
///
/// Writes the hidden states `[sequence, directions, batch, hidden]`, the last hidden states
/// `[directions, batch, hidden]`, the cell states likewise, and behind them its working memory.
#[derive(Debug)]
pub(crate) struct Recurrent<T> {
    pub(crate) cell: Cell,
    pub(crate) directions: Vec<Direction>,
    pub(crate) sequence: usize,
    pub(crate) batch: usize,
    pub(crate) features: usize,
    pub(crate) hidden: usize,
    /// Steps of the input between neighbours in the sequence and in the batch.
    pub(crate) input_steps: [usize; 2],
    /// Steps of the initial states between neighbouring directions and in the batch.
    pub(crate) state_steps: [usize; 2],
    pub(crate) clip: f64,
    pub(crate) operands: Operands,
    pub(crate) element: PhantomData<T>,
}

/// The weights of one direction.
struct Weights<'a, T> {
    input: &'a [T],
    recurrent: &'a [T],
    bias: Option<&'a [T]>,
    peepholes: Option<&'a [T]>,
}

impl<T> Recurrent<T> {
    /// Elements of all hidden states, and of the states at the end.
    pub(crate) fn states_len(&self) -> (usize, usize) {
        let last = self.directions.len() * self.batch * self.hidden;
        (self.sequence * last, last)
    }

    /// Elements that the kernel writes: states and, per gate, a row of working memory.
    pub(crate) fn len(&self) -> usize {
        let (all, last) = self.states_len();
        all + 2 * last + self.cell.gates() * self.hidden
    }
}

impl<T: Real> Recurrent<T> {
    /// Within the bounds for what activations are applied to.
    fn activate(&self, activation: Activation, x: f64) -> f64 {
        activation.apply(x.clamp(-self.clip, self.clip))
    }

    /// The sum that row `row` of `gate` adds up from the input alone.
    fn input_sum(&self, weights: &Weights<'_, T>, gate: usize, row: usize, x: &[T]) -> f64 {
        let index = gate * self.hidden + row;
        let bias = weights.bias.map_or(0.0, |bias| bias[index].widen());
        bias + dot(&weights.input[index * self.features..], x)
    }

    /// The sum that row `row` of `gate` adds up from the hidden state alone.
    fn state_sum(&self, weights: &Weights<'_, T>, gate: usize, row: usize, h: &[T]) -> f64 {
        let index = gate * self.hidden + row;
        let rows = self.cell.gates() * self.hidden;
        let bias = weights.bias.map_or(0.0, |bias| bias[rows + index].widen());
        bias + dot(&weights.recurrent[index * self.hidden..], h)
    }

    /// Replaces `h` and `c` by the states after the input `x`.
    fn step(
        &self,
        weights: &Weights<'_, T>,
        activations: [Activation; 3],
        x: &[T],
        (h, c): (&mut [T], &mut [T]),
        work: &mut [T],
    ) {
        let hidden = self.hidden;
        let both = |gate: usize, row: usize, h: &[T]| {
            self.input_sum(weights, gate, row, x) + self.state_sum(weights, gate, row, h)
        };
        let [f, g, last] = activations;
        match self.cell {
            Cell::Rnn => {
                for (row, next) in work.iter_mut().enumerate() {
                    *next = T::narrow(self.activate(f, both(0, row, h)));
                }
                h.copy_from_slice(work);
            }
            // Gates in the order update, reset, hidden.
            Cell::Gru(reset) => {
                let (gates, next) = work.split_at_mut(2 * hidden);
                for (index, gate) in gates.iter_mut().enumerate() {
                    let sum = both(index / hidden, index % hidden, h);
                    *gate = T::narrow(self.activate(f, sum));
                }
                let (update, kept) = gates.split_at_mut(hidden);
                match reset {
                    Reset::AfterProduct => {
                        for (row, next) in next.iter_mut().enumerate() {
                            let recurrent = self.state_sum(weights, 2, row, h);
                            let sum =
                                self.input_sum(weights, 2, row, x) + kept[row].widen() * recurrent;
                            *next = T::narrow(self.activate(g, sum));
                        }
                    }
                    Reset::BeforeProduct => {
                        for (kept, h) in kept.iter_mut().zip(&*h) {
                            *kept = T::narrow(kept.widen() * h.widen());
                        }
                        for (row, next) in next.iter_mut().enumerate() {
                            *next = T::narrow(self.activate(g, both(2, row, kept)));
                        }
                    }
                }
                for ((h, next), update) in h.iter_mut().zip(next).zip(update) {
                    let update = update.widen();
                    *h = T::narrow((1.0 - update) * next.widen() + update * h.widen());
                }
            }
            // Gates in the order input, output, forget, cell; peepholes in the order input, output, forget.
            Cell::Lstm(forget) => {
                for (index, gate) in work.iter_mut().enumerate() {
                    *gate = T::narrow(both(index / hidden, index % hidden, h));
                }
                let peep = |gate: usize, row: usize, state: f64| {
                    weights.peepholes.map_or(0.0, |peepholes| {
                        peepholes[gate * hidden + row].widen() * state
                    })
                };
                for row in 0..hidden {
                    let sum = |gate: usize| work[gate * hidden + row].widen();
                    let before = c[row].widen();
                    let input = self.activate(f, sum(0) + peep(0, row, before));
                    let kept = match forget {
                        Forget::Gate => self.activate(f, sum(2) + peep(2, row, before)),
                        Forget::Coupled => 1.0 - input,
                    };
                    let state = kept * before + input * self.activate(g, sum(3));
                    c[row] = T::narrow(state);
                    let output = self.activate(f, sum(1) + peep(1, row, state));
                    h[row] = T::narrow(output * self.activate(last, state));
                }
            }
        }
    }
}

fn dot<T: Real>(weights: &[T], values: &[T]) -> f64 {
    weights
        .iter()
        .zip(values)
        .map(|(w, x)| w.widen() * x.widen())
        .sum()
}

impl<T: Real> Kernel for Recurrent<T> {
    fn run(&self, inputs: &Inputs<'_>, output: SliceMut<'_>, _: &mut [f32]) {
        let (hidden, rows) = (self.hidden, self.cell.gates() * self.hidden);
        let operand = |index: Option<usize>| index.map(|index| inputs.get::<T>(index));
        let (bias, peepholes) = (
            operand(self.operands.bias),
            operand(self.operands.peepholes),
        );
        let initial = [operand(self.operands.hidden), operand(self.operands.cell)];
        let lengths = self.operands.lengths.map(|index| inputs.get::<i32>(index));
        let (all, last) = self.states_len();
        let (states, rest) = output.of::<T>().split_at_mut(all);
        let (hidden_states, rest) = rest.split_at_mut(last);
        let (cell_states, work) = rest.split_at_mut(last);
        states.fill(T::default());
        for (index, direction) in self.directions.iter().enumerate() {
            let weights = Weights {
                input: &inputs.get::<T>(1)[index * rows * self.features..],
                recurrent: &inputs.get::<T>(2)[index * rows * hidden..],
                bias: bias.map(|bias| &bias[index * 2 * rows..]),
                peepholes: peepholes.map(|peepholes| &peepholes[index * 3 * hidden..]),
            };
            for member in 0..self.batch {
                let place = (index * self.batch + member) * hidden;
                let h = &mut hidden_states[place..place + hidden];
                let c = &mut cell_states[place..place + hidden];
                let from = index * self.state_steps[0] + member * self.state_steps[1];
                for (state, initial) in [&mut *h, &mut *c].into_iter().zip(initial) {
                    match initial {
                        Some(initial) => state.copy_from_slice(&initial[from..from + hidden]),
                        None => state.fill(T::default()),
                    }
                }
                let len = lengths.map_or(self.sequence, |lengths| {
                    usize::try_from(lengths[member])
                        .unwrap_or(0)
                        .min(self.sequence)
                });
                for time in 0..len {
                    let time = match direction.order {
                        Order::Forward => time,
                        Order::Reverse => len - 1 - time,
                    };
                    let start = time * self.input_steps[0] + member * self.input_steps[1];
                    let x = &inputs.get::<T>(0)[start..start + self.features];
                    let states_now = (&mut *h, &mut *c);
                    self.step(&weights, direction.activations, x, states_now, work);
                    states[time * last + place..][..hidden].copy_from_slice(h);
                }
            }
        }
        work.fill(T::default());
    }

    fn macs(&self) -> u64 {
        [
            self.sequence,
            self.batch,
            self.cell.gates(),
            self.hidden,
            self.features.saturating_add(self.hidden),
        ]
        .iter()
        .fold(self.directions.len() as u64, |macs, &extent| {
            macs.saturating_mul(extent as u64)
        })
    }
}
