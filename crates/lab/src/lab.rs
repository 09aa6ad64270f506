//! The laboratory: one session or one measurement at a time, and the devices they run on.

use std::future::Future;

use chalkgrad::Device;
use datasets::cifar10::Manifest;
use protocol::{Command, DatasetName, DeviceName, Envelope, Event, EventBody, Notice, RunId, Settings, StopReason};

use crate::bench::Bench;
use crate::data::{self, Data, Request};
use crate::drawings::Cabinet;
use crate::error::{LabError, Result};
use crate::parts::{Answer, Explanations, Formats, Parts};
use crate::session::{Next, Session};
use crate::team::{Hire, Team};
use crate::{Clock, Outbox, measure, settings, tune};

/// The files below the page's folder, wherever they lie.
pub trait Files {
    /// A whole file, or a sentence that says why not.
    fn read(&self, path: &str) -> impl Future<Output = Result<Vec<u8>, String>>;
}

/// Commands in, events out.
pub struct Lab<H: Hire> {
    team: Team<H>,
    clock: Clock,
    session: Option<Session>,
    bench: Option<(Bench, u32)>,
    /// Opened once; lost devices are opened again.
    gpu: Option<Device>,
    /// The tiles of the GPU that was tuned last.
    tuned: String,
    manifest: Option<Manifest>,
    /// The visitor's own classes.
    own: Option<Data>,
    drawings: Cabinet,
}

impl<H: Files + Hire + Parts> Lab<H> {
    /// A laboratory without a network. `host` brings files, workers and the GPU.
    pub fn new(host: H, clock: Clock) -> Self {
        Self {
            team: Team::new(host),
            clock,
            session: None,
            bench: None,
            gpu: None,
            tuned: String::new(),
            manifest: None,
            own: None,
            drawings: Cabinet::default(),
        }
    }

    /// Carries out one command. Its answer, or why it was refused, is in the outbox afterwards or follows from `work`.
    pub async fn handle(&mut self, envelope: Envelope, buffers: Vec<Vec<u8>>, out: &mut Outbox) {
        let Envelope { id, command } = envelope;
        let answered = self.carry_out(id, command, buffers, out).await;
        let (body, buffers) = match answered {
            Ok(Some(answer)) => answer,
            Ok(None) => return,
            Err(error) => {
                if matches!(error, LabError::Library(chalkgrad::Error::DeviceLost { .. })) && self.session.is_some() {
                    self.give_up(&error, out);
                }
                (EventBody::Failed { message: error.to_string(), place: error.place() }, Vec::new())
            }
        };
        out.send(Event { run: self.run(), reply_to: Some(id), body }, buffers);
    }

    /// One slice of whatever is under way.
    pub async fn work(&mut self, out: &mut Outbox) -> Next {
        let worked = match (&mut self.bench, &mut self.session) {
            (Some(_), _) => return self.measure(out).await,
            (None, Some(session)) => session.work(&mut self.team, out).await,
            (None, None) => return Next::Wait,
        };
        worked.unwrap_or_else(|error| {
            self.give_up(&error, out);
            Next::Wait
        })
    }

    /// The next file to fetch for the session; its bytes go to `arrived`.
    pub fn next_request(&mut self) -> Option<Request> {
        self.session.as_mut()?.next_request()
    }

    /// A file of this run came, or did not.
    pub fn arrived(&mut self, run: RunId, request: &Request, bytes: Result<Vec<u8>, String>, out: &mut Outbox) {
        if let Some(session) = self.session.as_mut().filter(|session| session.run() == run) {
            session.arrived(request, bytes, out);
        }
    }

    /// The run that is on the bench now; 0 before the first.
    pub fn run(&self) -> RunId {
        self.session.as_ref().map_or(0, Session::run)
    }

    async fn carry_out(
        &mut self,
        id: u32,
        command: Command,
        mut buffers: Vec<Vec<u8>>,
        out: &mut Outbox,
    ) -> Result<Option<Answer>> {
        let body = match command {
            Command::Open { tuned, .. } => {
                self.tuned = tuned.unwrap_or_default();
                EventBody::Opened
            }
            // A host that can be hired takes this command for itself.
            Command::Work { .. } => {
                return Err(LabError::Data { message: "This engine trains; it works for nobody.".into() });
            }
            Command::Ping => EventBody::Ponged,
            Command::Configure { run, settings } => self.configure(run, *settings, None, out).await?,
            Command::Restore { run, settings } => {
                let snapshot = beside(&mut buffers, "`restore` needs a snapshot beside it.")?;
                self.configure(run, *settings, Some(&snapshot), out).await?
            }
            Command::Check { network } => EventBody::Checked { parameters: self.check(&network)? },
            Command::Train => {
                self.session()?.train()?;
                EventBody::Trained
            }
            Command::Pause => EventBody::Paused { step: self.session()?.pause(out).await? },
            Command::Step { steps } => {
                self.session()?.step(steps, id)?;
                return Ok(None);
            }
            Command::Reset => {
                self.session()?.reset(out).await?;
                EventBody::Reset
            }
            Command::Adjust { optimizer, schedule, augmentation, label_smoothing, dropout, stop } => {
                let session = self.session.as_mut().ok_or(LabError::NotConfigured)?;
                let now = session.settings().clone();
                let wanted = Settings {
                    optimizer,
                    schedule,
                    augmentation: augmentation.unwrap_or(now.augmentation),
                    label_smoothing: label_smoothing.unwrap_or(now.label_smoothing),
                    dropout: dropout.or(now.dropout),
                    stop: stop.unwrap_or(now.stop),
                    ..now
                };
                session.adjust(wanted, &mut self.team, out).await?;
                session.adjusted()
            }
            Command::Watch { panels, picture, inside } => {
                self.session()?.watch(&panels, picture, inside);
                EventBody::Watched
            }
            Command::Acknowledge { panel } => {
                self.session()?.acknowledge(panel);
                return Ok(None);
            }
            Command::Evaluate { split, views } => {
                self.session()?.evaluate(split, views, id);
                return Ok(None);
            }
            Command::Picture { split, pictures } => {
                let (sheet, bytes) = self.session()?.picture(split, &pictures)?;
                return Ok(Some((EventBody::Pictured { sheet }, vec![bytes])));
            }
            Command::Gather { classes } => {
                let pixels = beside(&mut buffers, "`gather` needs the pictures' bytes beside it.")?;
                let labels = beside(&mut buffers, "`gather` needs the pictures' classes beside it.")?;
                let own = Data::own(classes, pixels, labels)?;
                let (training, held_out) = (own.training().len() as u32, own.split(protocol::Split::Test).len() as u32);
                self.own = Some(own);
                EventBody::Gathered { training, held_out }
            }
            Command::Bring => {
                let pixels = beside(&mut buffers, "`bring` needs a picture's bytes beside it.")?;
                EventBody::Brought { guesses: self.session()?.bring(pixels).await? }
            }
            Command::Sketch => {
                let drawing = beside(&mut buffers, "`sketch` needs a drawing beside it.")?;
                return self.session()?.sketch(&drawing).await.map(Some);
            }
            Command::Replay { class } => {
                let drawing = beside(&mut buffers, "`replay` needs a drawing beside it.")?;
                let (explanations, session) = self.explanations().await?;
                return (explanations.replay)(session, &drawing, class).await.map(Some);
            }
            Command::Attribute { class } => {
                let drawing = beside(&mut buffers, "`attribute` needs a drawing beside it.")?;
                let (explanations, session) = self.explanations().await?;
                return (explanations.attribute)(session, &drawing, class).await.map(Some);
            }
            Command::Neighbours => {
                let drawing = beside(&mut buffers, "`neighbours` needs a drawing beside it.")?;
                self.session()?.neighbours(&drawing, id).await?;
                return Ok(None);
            }
            Command::Categories => return Ok(Some(self.drawings.categories(self.team.host()).await)),
            Command::GatherDrawings { category, form } => {
                let drawings = beside(&mut buffers, "`gather_drawings` needs drawings beside it.")?;
                let count = self.drawings.gather(&category, form, &drawings)?;
                EventBody::DrawingsGathered { category, drawings: count as u32 }
            }
            Command::ReadDrawings { name } => {
                let file = beside(&mut buffers, "`read_drawings` needs a file's bytes beside it.")?;
                return (self.formats().await?.read_drawings)(&name, &file).map(Some);
            }
            Command::WriteDrawings { word } => {
                let drawings = beside(&mut buffers, "`write_drawings` needs drawings beside it.")?;
                let file = (self.formats().await?.write_drawings)(&word, &drawings)?;
                return Ok(Some((EventBody::DrawingsWritten, vec![file])));
            }
            Command::Excite { row } => {
                let (explanations, session) = self.explanations().await?;
                return (explanations.excite)(session, row).await.map(Some);
            }
            Command::Explain { row, element } => {
                let (explanations, session) = self.explanations().await?;
                return (explanations.explain)(session, row, element).await.map(Some);
            }
            Command::Snapshot => {
                self.session()?.snapshot(id).await?;
                return Ok(None);
            }
            Command::Export => {
                self.session()?;
                let formats = self.formats().await?;
                let session = self.session()?;
                let (script, weights) = session.export(&formats).await?;
                return Ok(Some((EventBody::Exported { step: session.trainer().steps(), script }, vec![weights])));
            }
            Command::Load => {
                self.session()?;
                let file = beside(&mut buffers, "`load` needs a safetensors file beside it.")?;
                let formats = self.formats().await?;
                let session = self.session()?;
                EventBody::Loaded { tensors: session.load(&formats, &file, out)?, step: session.trainer().steps() }
            }
            Command::Measure { device, kernels } => {
                if let Some(session) = &mut self.session {
                    session.pause(out).await?;
                }
                let device = self.device(device).await?;
                let tiles = self.tune(&device, out).await?;
                let peak = device.peak(self.clock).await?;
                let kernels = if kernels { measure::kernels(&device, self.clock).await? } else { Vec::new() };
                EventBody::Measured {
                    device: settings::device_name(&device).into(),
                    adapter: device.adapter(),
                    peak,
                    tiles,
                    kernels,
                }
            }
            Command::Bench { request } => {
                if let Some(session) = &mut self.session {
                    session.pause(out).await?;
                }
                let device = self.device(request.device).await?;
                self.tune(&device, out).await?;
                self.bench = Some((Bench::new(*request, &device, self.clock).await?, id));
                return Ok(None);
            }
        };
        Ok(Some((body, Vec::new())))
    }

    async fn formats(&self) -> Result<Formats> {
        self.team.host().formats().await.map_err(|message| LabError::Data { message })
    }

    /// What explains, and what there is to explain.
    async fn explanations(&mut self) -> Result<(Explanations, &mut Session)> {
        self.session()?;
        let explanations = self.team.host().explanations().await.map_err(|message| LabError::Data { message })?;
        Ok((explanations, self.session()?))
    }

    fn session(&mut self) -> Result<&mut Session> {
        self.session.as_mut().ok_or(LabError::NotConfigured)
    }

    /// How many parameters this text's network has, where it fits the pictures; those of CIFAR-10, before there are any.
    fn check(&self, network: &str) -> Result<u64> {
        match &self.session {
            Some(session) => session.check(network),
            None => Ok(settings::network(network, [3, 32, 32])?.parameter_count() as u64),
        }
    }

    /// Builds a new session; the old one stays where it was if that fails.
    async fn configure(
        &mut self,
        run: RunId,
        settings: Settings,
        snapshot: Option<&[u8]>,
        out: &mut Outbox,
    ) -> Result<EventBody> {
        let device = self.device(settings.device).await?;
        let (data, notice) = self.data(&settings).await?;
        let mut session = Session::new(run, settings, &device, data, self.clock, &mut self.team).await?;
        if let Some(snapshot) = snapshot {
            session.restore(snapshot)?;
        }
        let configured = session.configured(notice);
        if let Some(mut before) = self.session.replace(session) {
            before.leave(out);
        }
        Ok(configured)
    }

    /// The data set of that name, or drawn shapes with a word about why.
    async fn data(&mut self, settings: &Settings) -> Result<(Data, Option<Notice>)> {
        let name = settings.dataset;
        if name == DatasetName::Drawings {
            return self.drawings.data(&settings.drawings, self.team.host()).await;
        }
        if name == DatasetName::Own {
            let message = "Your own classes are not here (any more): choose their pictures again.";
            let own = self.own.as_ref().ok_or(LabError::Data { message: message.into() })?;
            return Ok((own.for_another_run(), None));
        }
        let known = self.session.as_ref().map(Session::data).filter(|data| data.name() == name);
        if let Some(data) = known {
            return Ok((data, None));
        }
        if name == DatasetName::Shapes {
            return Ok((Data::shapes(), None));
        }
        if self.manifest.is_none() {
            let manifest = self.team.host().read("data/cifar10/manifest.json").await;
            let parsed = manifest.and_then(|bytes| Manifest::parse(&bytes).map_err(|error| error.to_string()));
            match parsed {
                Ok(manifest) => self.manifest = Some(manifest),
                Err(reason) => return Ok((Data::shapes(), Some(data::missing(&reason)))),
            }
        }
        Ok(match &self.manifest {
            Some(manifest) => (Data::cifar10(manifest, false), None),
            None => (Data::shapes(), None),
        })
    }

    /// A device that was named outright is that device or an error; `auto` is a real GPU or the CPU.
    async fn device(&mut self, name: DeviceName) -> Result<Device> {
        if name == DeviceName::Cpu {
            return Ok(Device::Cpu);
        }
        match (self.gpu().await, name) {
            (Ok(gpu), DeviceName::Webgpu) => Ok(gpu),
            (Ok(gpu), _) if !gpu.is_software() => Ok(gpu),
            (Err(error), DeviceName::Webgpu) => Err(error.into()),
            _ => Ok(Device::Cpu),
        }
    }

    async fn gpu(&mut self) -> chalkgrad::Result<Device> {
        if let Some(gpu) = self.gpu.as_ref().filter(|gpu| !gpu.is_lost()) {
            return Ok(gpu.clone());
        }
        let gpu = self.team.host().gpu().await?;
        tune::recall(&gpu, &self.tuned);
        self.gpu = Some(gpu.clone());
        Ok(gpu)
    }

    /// Finds the tiles of a GPU that nobody has tuned, and tells them to the page, which keeps them. What they are now, if it is a GPU.
    async fn tune(&mut self, device: &Device, out: &mut Outbox) -> Result<Option<String>> {
        let began = (self.clock)();
        let mut when = "tuned before".to_owned();
        if !tune::recall(device, &self.tuned)
            && let Some(tuned) = tune::tune(device, self.clock).await?
        {
            when = format!("tuned in {:.1} s", (self.clock)() - began);
            self.tuned.clone_from(&tuned);
            out.send(Event { run: self.run(), reply_to: None, body: EventBody::Tuned { tuned } }, Vec::new());
        }
        Ok(device.tiles().map(|tiles| format!("{tiles} · {when}")))
    }

    async fn measure(&mut self, out: &mut Outbox) -> Next {
        let Some((mut bench, id)) = self.bench.take() else { return Next::Wait };
        let body = match bench.advance(&mut self.team).await {
            Ok(None) => {
                self.bench = Some((bench, id));
                return Next::Work;
            }
            Ok(Some(result)) => EventBody::Benched { result },
            Err(error) => EventBody::Failed { message: error.to_string(), place: None },
        };
        out.send(Event { run: self.run(), reply_to: Some(id), body }, Vec::new());
        Next::Work
    }

    /// A slice failed: the session is gone, the page hears why and holds the last snapshot.
    fn give_up(&mut self, error: &LabError, out: &mut Outbox) {
        let run = self.run();
        let step = self.session.as_ref().map_or(0, |session| session.trainer().steps());
        let body = match error {
            LabError::Library(chalkgrad::Error::DeviceLost { .. }) => {
                EventBody::Stopped { step, reason: StopReason::DeviceLost, message: error.to_string() }
            }
            _ => EventBody::Crashed { message: error.to_string() },
        };
        self.session = None;
        out.send(Event { run, reply_to: None, body }, Vec::new());
    }
}

/// The buffer that a command needs.
fn beside(buffers: &mut Vec<Vec<u8>>, missing: &str) -> Result<Vec<u8>> {
    if buffers.is_empty() { Err(LabError::Data { message: missing.into() }) } else { Ok(buffers.remove(0)) }
}
