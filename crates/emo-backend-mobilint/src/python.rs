use std::{
    env,
    ffi::{OsStr, OsString},
    path::PathBuf,
    process::Command,
};

/// The user's Python, in which the vendor's wheels (`mobilint-qb-runtime`, `maccel`, `qbcompiler`) are installed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PythonConfig {
    /// The interpreter: a path, or a name that is looked up in `PATH`. Default: `python3`. That of a virtual
    /// environment (`venv/bin/python`) brings the environment's packages with it.
    pub interpreter: PathBuf,
    /// Folders that are searched for modules first, before those of an inherited `PYTHONPATH`. Default: none.
    pub python_path: Vec<PathBuf>,
    /// Environment variables beyond those that are inherited, such as `QBRUNTIME_VISIBLE_DEVICES` or
    /// `QBRUNTIME_LOG_LEVEL`. Default: none.
    pub env: Vec<(OsString, OsString)>,
}

impl Default for PythonConfig {
    fn default() -> Self {
        Self::new("python3")
    }
}

impl PythonConfig {
    /// Another interpreter, with nothing added to its environment.
    pub fn new(interpreter: impl Into<PathBuf>) -> Self {
        Self {
            interpreter: interpreter.into(),
            python_path: Vec::new(),
            env: Vec::new(),
        }
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn with_env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Adds a folder that is searched for modules.
    #[must_use]
    pub fn with_python_path(mut self, folder: impl Into<PathBuf>) -> Self {
        self.python_path.push(folder.into());
        self
    }

    /// A command that starts the interpreter with this environment, still without arguments.
    ///
    /// It buffers nothing and writes no byte code, so that it leaves no trace beside installed modules.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.interpreter);
        command
            .env("PYTHONUNBUFFERED", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1");
        if let Some(path) = self.joined_python_path() {
            command.env("PYTHONPATH", path);
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    fn joined_python_path(&self) -> Option<OsString> {
        if self.python_path.is_empty() {
            return None;
        }
        let mut joined = OsString::new();
        for folder in &self.python_path {
            if !joined.is_empty() {
                joined.push(SEPARATOR);
            }
            joined.push(folder);
        }
        let inherited = env::var_os("PYTHONPATH").filter(|path| !path.is_empty());
        if let Some(inherited) = inherited {
            joined.push(SEPARATOR);
            joined.push(inherited);
        }
        Some(joined)
    }
}

const SEPARATOR: &str = if cfg!(windows) { ";" } else { ":" };

impl From<&OsStr> for PythonConfig {
    fn from(interpreter: &OsStr) -> Self {
        Self::new(interpreter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_before_what_is_inherited() {
        let python = PythonConfig::new("python3")
            .with_python_path("a")
            .with_python_path("b")
            .with_env("QBRUNTIME_LOG_LEVEL", "4");
        let command = python.command();
        let set: Vec<_> = command.get_envs().collect();
        let value = |name: &str| {
            let (_, value) = set.iter().find(|(key, _)| *key == name).unwrap();
            value.unwrap().to_str().unwrap().to_owned()
        };
        let separator = SEPARATOR;
        assert!(value("PYTHONPATH").starts_with(&format!("a{separator}b")));
        assert_eq!(value("QBRUNTIME_LOG_LEVEL"), "4");
        assert_eq!(command.get_program(), "python3");
    }
}
