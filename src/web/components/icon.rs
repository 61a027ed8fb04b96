//! Small pictures, drawn with strokes of one width on a grid of sixteen. They stand beside words or
//! have a label: by themselves they say nothing to those who do not see them.

use yew::prelude::*;

/// An icon by its name.
pub fn icon(name: Icon) -> Html {
    let (stroke, fill) = name.paths();
    html! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            if !stroke.is_empty() { <path class="stroke" d={stroke} /> }
            if !fill.is_empty() { <path class="fill" d={fill} /> }
        </svg>
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Start,
    Back,
    Undo,
    Play,
    Pause,
    Forward,
    Head,
    Select,
    Cut,
    Lasso,
    Network,
    Heal,
    Flag,
    Share,
    Theme,
    Help,
    Close,
    Disk,
    Caret,
    More,
    Dice,
    Panel,
    Copy,
    Target,
    Branch,
    Pen,
    Diagram,
    Up,
    Down,
    Compare,
    Bin,
    Panes,
    Sliders,
    Find,
    Book,
}

const CUT: &str = "M5.2 9.9L12.6 2M5.2 6.1l7.4 7.9M5.6 4.4a1.9 1.9 0 1 1-3.8 0a1.9 1.9 0 0 1 3.8 0M5.6 11.6a1.9 1.9 0 1 1-3.8 0a1.9 1.9 0 0 1 3.8 0";

const SLIDERS: &str = "M7.800 4a1.800 1.800 0 1 1-3.600 0a1.800 1.800 0 0 1 3.600 0M12.800 8a1.800 1.800 0 1 1-3.600 0a1.800 1.800 0 0 1 3.600 0M6.800 12a1.800 1.800 0 1 1-3.600 0a1.800 1.800 0 0 1 3.600 0";

const FIND: &str =
    "M11.500 7a4.500 4.500 0 1 1-9 0a4.500 4.500 0 0 1 9 0M10.300 10.300l3.700 3.700";

const BOOK: &str = "M8 4c-1.500-1.200-3.500-1.500-6-1.500v10c2.500 0 4.500.300 6 1.500c1.500-1.200 3.500-1.500 6-1.500v-10c-2.500 0-4.500.300-6 1.500zM8 4v10";

const DISK: &str = "M13 4c0 1.200-2.200 2.100-5 2.100s-5-.900-5-2.100s2.200-2.100 5-2.100s5 .900 5 2.100zv8c0 1.200-2.200 2.100-5 2.100s-5-.900-5-2.100v-8M13 8c0 1.200-2.200 2.100-5 2.100s-5-.900-5-2.100";

const SHARE: &str = "M11.8 5.300l-7.600 2.700 7.600 2.700M5.800 8a1.800 1.800 0 1 1-3.600 0a1.800 1.800 0 0 1 3.600 0M13.800 4.200a1.800 1.800 0 1 1-3.600 0a1.800 1.800 0 0 1 3.600 0M13.800 11.800a1.800 1.800 0 1 1-3.600 0a1.800 1.800 0 0 1 3.600 0";

impl Icon {
    /// What is stroked and what is filled.
    fn paths(self) -> (&'static str, &'static str) {
        match self {
            Icon::Start => ("M3.5 3v10", "M13 3.2v9.6L5.4 8z"),
            Icon::Back => ("M12.5 3.4v9.2", "M10 3.4v9.2L3.2 8z"),
            Icon::Undo => ("M3 6.500h6.500a3.500 3.500 0 0 1 0 7H6M6 3L2.500 6.500L6 10", ""),
            Icon::Play => ("", "M4.2 2.6v10.8L13.4 8z"),
            Icon::Pause => ("", "M3.6 2.8h3v10.4h-3zM9.4 2.8h3v10.4h-3z"),
            Icon::Forward => ("M3.5 3.4v9.2", "M6 3.4v9.2L12.8 8z"),
            Icon::Head => ("M12.5 3v10", "M3 3.2v9.6L10.6 8z"),
            Icon::Select => ("M3.2 2.4l9.2 5-4 1.2-1.9 3.9z", ""),
            Icon::Cut => (CUT, ""),
            Icon::Lasso => (
                "M8 2.2c3.4 0 6 1.7 6 4s-2.6 4-6 4s-6-1.7-6-4s2.6-4 6-4M5 9.8c-1.6.9-1.6 3 .4 3.9",
                "",
            ),
            Icon::Sliders => ("M2 4h12M2 8h12M2 12h12", SLIDERS),
            Icon::Network => (
                "M2 5h5M11 5h3M2 11h2.6M8.6 11H14M11 5a2 2 0 1 1-4 0a2 2 0 0 1 4 0M8.6 11a2 2 0 1 1-4 0a2 2 0 0 1 4 0",
                "",
            ),
            Icon::Heal => (
                "M8 13.4C4.4 10.8 2 8.6 2 5.9C2 4 3.4 2.8 5 2.8c1.200 0 2.300.7 3 2c.7-1.300 1.800-2 3-2c1.600 0 3 1.200 3 3.100c0 2.700-2.400 4.900-6 7.500z",
                "",
            ),
            Icon::Flag => ("M3.500 14.500v-12.500h8.500l-1.800 3.200 1.800 3.200h-8.500", ""),
            Icon::Share => (SHARE, ""),
            Icon::Theme => ("M14 8a6 6 0 1 1-12 0a6 6 0 0 1 12 0", "M8 2a6 6 0 0 1 0 12z"),
            Icon::Help => (
                "M5.400 5.800c0-1.600 1.200-2.600 2.700-2.600s2.600 1 2.600 2.400c0 1.900-2.600 2-2.600 4.200",
                "M7.100 11.500h2v2h-2z",
            ),
            Icon::Close => ("M3.500 3.500l9 9M12.500 3.500l-9 9", ""),
            Icon::Disk => (DISK, ""),
            Icon::Caret => ("M4.500 6.500l3.500 3.500 3.500-3.500", ""),
            Icon::More => (
                "",
                "M2 7h2.200v2.200h-2.200zM6.900 7h2.200v2.200h-2.200zM11.800 7h2.200v2.200h-2.200z",
            ),
            Icon::Dice => (
                "M3 3h10v10h-10z",
                "M5 5h1.800v1.800h-1.800zM9.200 9.200h1.800v1.800h-1.800zM9.200 5h1.800v1.800h-1.800zM5 9.200h1.800v1.800h-1.800z",
            ),
            Icon::Panel => ("M2 3h12v10h-12zM9.500 3v10", ""),
            Icon::Copy => ("M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3", ""),
            Icon::Target => (
                "M13 8a5 5 0 1 1-10 0a5 5 0 0 1 10 0M8 1.500v3M8 11.500v3M1.500 8h3M11.500 8h3",
                "",
            ),
            Icon::Branch => (
                "M4.500 5.500v5M4.500 8.500c4 0 6.500-.500 6.500-3M6 4a1.500 1.500 0 1 1-3 0a1.500 1.500 0 0 1 3 0M6 12a1.500 1.500 0 1 1-3 0a1.500 1.500 0 0 1 3 0M12.500 4a1.500 1.500 0 1 1-3 0a1.500 1.500 0 0 1 3 0",
                "",
            ),
            Icon::Diagram => ("M2 4h12M2 12h12M4.500 4l4 8M9 4l3 8", ""),
            Icon::Up => ("M8 13v-9.500M4 7.500l4-4 4 4", ""),
            Icon::Down => ("M8 3v9.500M4 8.500l4 4 4-4", ""),
            Icon::Compare => (
                "M2 8h2.500M4.500 8c2.500 0 2.500-4 5-4h4M4.500 8c2.500 0 2.500 4 5 4h4",
                "M4.500 6l2 2-2 2-2-2z",
            ),
            Icon::Bin => (
                "M2.500 4.500h11M6 4.500v-2h4v2M4 4.500l.700 9h6.600l.700-9M6.800 7v4M9.200 7v4",
                "",
            ),
            Icon::Find => (FIND, ""),
            Icon::Book => (BOOK, ""),
            Icon::Panes => ("M2 3.500h5.200v9h-5.200zM8.800 3.500h5.200v9h-5.200z", ""),
            Icon::Pen => ("M3 13l.600-3 6.900-6.900 2.400 2.400-6.900 6.900z", ""),
        }
    }
}
