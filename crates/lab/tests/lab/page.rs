//! A page without a browser: files in memory, workers that are threads, every event kept.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::OnceLock;
use std::time::Instant;

use chalkgrad::Device;
use datasets::cifar10::{Manifest, Shard, ShardFile};
use datasets::shapes;
use lab::{Channel, Explanations, Files, Formats, Hire, Lab, Next, Outbox, Parts, Threads};
use protocol::{Command, DatasetName, DeviceName, Envelope, EventBody, Schedule, Settings, Work};

pub(crate) const SMALL: &str = "nn.Sequential(nn.Conv2d(3, 4, 5, stride=2, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(256, 10))";

/// Files in memory; what is not there is refused.
#[derive(Clone, Default)]
pub(crate) struct Memory {
    pub(crate) files: Rc<RefCell<HashMap<String, Vec<u8>>>>,
    /// Workers to come that die of their work.
    pub(crate) short_lived: Rc<Cell<u32>>,
}

impl Files for Memory {
    async fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.files.borrow().get(path).cloned().ok_or_else(|| format!("there is no {path}"))
    }
}

impl Hire for Memory {
    type Line = Channel;

    /// One: who wants more says so.
    fn cores(&self) -> usize {
        1
    }

    async fn hire(&self, work: Work) -> Result<Channel, String> {
        match self.short_lived.get() {
            0 => Threads.hire(work).await,
            rest => {
                self.short_lived.set(rest - 1);
                Threads.hire(Work { network: String::new(), ..work }).await
            }
        }
    }
}

impl Parts for Memory {
    #[cfg(feature = "gpu")]
    async fn gpu(&self) -> chalkgrad::Result<Device> {
        Device::gpu().await
    }

    #[cfg(not(feature = "gpu"))]
    async fn gpu(&self) -> chalkgrad::Result<Device> {
        Err(chalkgrad::Error::NoDevice { reason: "this build has no GPU support".into() })
    }

    async fn formats(&self) -> Result<Formats, String> {
        Ok(Formats::new())
    }

    async fn explanations(&self) -> Result<Explanations, String> {
        Ok(Explanations::new())
    }
}

impl Memory {
    /// Four shards of 100 drawn shapes as if they were CIFAR-10: three to train on, one of them held out, and a test shard.
    pub(crate) fn with_shards() -> Self {
        let file = |name: &str| ShardFile { file: name.into(), bytes: 0, sha256: String::new() };
        let manifest = Manifest {
            shard_len: 100,
            held_out_shards: 1,
            training: vec![file("train-0.bin"), file("train-1.bin"), file("train-2.bin")],
            test: vec![file("test-0.bin")],
            ..Manifest::new("credit", "source")
        };
        let memory = Self::default();
        for (seed, file) in manifest.training.iter().chain(&manifest.test).enumerate() {
            let drawn = shapes::generate(seed as u64, 100);
            let bytes = Shard::encode(&file.file, [3, 32, 32], 10, drawn.pixels(), drawn.labels()).unwrap();
            memory.files.borrow_mut().insert(format!("data/cifar10/{}", file.file), bytes);
        }
        memory.files.borrow_mut().insert("data/cifar10/manifest.json".into(), serde_json::to_vec(&manifest).unwrap());
        memory
    }
}

/// A page: sends commands, keeps every event.
pub(crate) struct Page {
    pub(crate) lab: Lab<Memory>,
    pub(crate) files: Memory,
    pub(crate) out: Outbox,
    pub(crate) next_id: u32,
    pub(crate) events: Vec<(Option<u32>, EventBody, Vec<Vec<u8>>)>,
}

impl Page {
    pub(crate) fn new(files: Memory) -> Self {
        fn clock() -> f64 {
            static START: OnceLock<Instant> = OnceLock::new();
            START.get_or_init(Instant::now).elapsed().as_secs_f64()
        }
        Self { lab: Lab::new(files.clone(), clock), files, out: Outbox::default(), next_id: 0, events: Vec::new() }
    }

    pub(crate) fn on_shapes(settings: Settings) -> Self {
        let mut page = Self::new(Memory::default());
        let answer = page.configure(Settings { dataset: DatasetName::Shapes, ..settings });
        assert!(matches!(answer, EventBody::Configured { .. }), "{answer:?}");
        page
    }

    pub(crate) fn configure(&mut self, settings: Settings) -> EventBody {
        self.ask(Command::Configure { run: 1, settings: Box::new(settings) })
    }

    pub(crate) fn send(&mut self, command: Command, buffers: Vec<Vec<u8>>) -> u32 {
        self.next_id += 1;
        pollster::block_on(self.lab.handle(Envelope { id: self.next_id, command }, buffers, &mut self.out));
        self.collect();
        self.next_id
    }

    pub(crate) fn collect(&mut self) {
        self.events.extend(self.out.drain().map(|sent| (sent.event.reply_to, sent.event.body, sent.buffers)));
    }

    /// One slice of work, with whatever files it wants.
    pub(crate) fn work(&mut self) -> Next {
        while let Some(request) = self.lab.next_request() {
            let bytes = pollster::block_on(self.files.read(&request.path));
            self.lab.arrived(self.lab.run(), &request, bytes, &mut self.out);
        }
        let next = pollster::block_on(self.lab.work(&mut self.out));
        self.collect();
        next
    }

    /// Sends a command and works until it is answered.
    pub(crate) fn ask(&mut self, command: Command) -> EventBody {
        self.ask_with(command, Vec::new()).0
    }

    pub(crate) fn ask_with(&mut self, command: Command, buffers: Vec<Vec<u8>>) -> (EventBody, Vec<Vec<u8>>) {
        let id = self.send(command, buffers);
        for _ in 0..10_000 {
            if let Some((_, body, buffers)) = self.events.iter().find(|(reply_to, ..)| *reply_to == Some(id)) {
                return (body.clone(), buffers.clone());
            }
            self.work();
        }
        panic!("no answer to command {id}");
    }

    pub(crate) fn refused(&mut self, command: Command) -> String {
        match self.ask(command) {
            EventBody::Failed { message, .. } => message,
            other => panic!("accepted: {other:?}"),
        }
    }

    /// The losses that were told of steps from this one on.
    pub(crate) fn losses_from(&self, step: u64) -> Vec<f32> {
        let told = self.events.iter().filter_map(|(_, body, _)| match body {
            EventBody::Progressed { first_step, losses, .. } if *first_step >= step => Some(losses.clone()),
            _ => None,
        });
        told.flatten().collect()
    }

    pub(crate) fn losses(&self) -> Vec<f32> {
        let mut all = Vec::new();
        for (_, body, _) in &self.events {
            if let EventBody::Progressed { first_step, losses, .. } = body {
                assert_eq!(*first_step, all.len() as u64, "every step is told once, in order");
                all.extend(losses);
            }
        }
        all
    }
}

pub(crate) fn small() -> Settings {
    Settings {
        network: SMALL.into(),
        device: DeviceName::Cpu,
        batch_size: 16,
        schedule: Schedule::Constant,
        ..Settings::default()
    }
}
