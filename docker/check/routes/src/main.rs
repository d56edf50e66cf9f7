//! Proves by Kong's own matching engine that each request of requests.txt goes where it should.
//!
//!     routes KONG_YML REQUESTS

mod check;
mod kong;

use std::{env, fs, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [kong, requests] = arguments.as_slice() else {
        eprintln!("usage: routes KONG_YML REQUESTS");
        return ExitCode::from(2);
    };
    let read = |path: &String| fs::read_to_string(path).map_err(|error| format!("{path}: {error}"));
    match read(kong).and_then(|kong| read(requests).and_then(|requests| check::check(&kong, &requests))) {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(problems) => {
            eprintln!("{problems}");
            ExitCode::FAILURE
        }
    }
}
