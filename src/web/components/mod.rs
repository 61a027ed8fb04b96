//! The regions of the page, small components with data they compare by pointer.
//!
//! | file | region |
//! |---|---|
//! | `page.rs` | the whole |
//! | `top_bar.rs`, `flaws.rs` | what runs; share, language, theme, help |
//! | `compare.rs`, `pane.rs` | two panes: what can be different, and what stands over each |
//! | `stage.rs`, `figures.rs`, `links.rs`, `light.rs` | the picture: servers, clients, messages; links; what is lit |
//! | `tools.rs`, `network.rs` | select, cut, lasso; the sliders |
//! | `drag.rs` | lines drawn with the cut and lasso tools |
//! | `node_menu.rs` | what is offered for what is selected |
//! | `caption.rs`, `notice.rs` | the scene's words, the page's words |
//! | `inspector.rs`, `details.rs`, `console.rs`, `logs.rs`, `why.rs`, `properties.rs`, `script.rs`, `event_list.rs` | its tabs |
//! | `controls.rs`, `run_until.rs`, `branches.rs` | playing |
//! | `timeline.rs`, `slice.rs`, `overview.rs`, `branch_tree.rs` | space-time and the whole run |
//! | `lane_names.rs`, `diagram_menu.rs` | which lanes and messages it shows; finding an event |
//! | `event_table.rs` | the same as a table |
//! | `help.rs`, `share.rs`, `dialog.rs` | dialogs |
//! | `embed.rs`, `take_away.rs`, `runs.rs`, `files.rs`, `source.rs` | the drawers of the desk, see `desk.rs` |
//! | `bits.rs`, `draw.rs`, `icon.rs`, `popover.rs` | what many of them share |

mod bits;
mod branch_tree;
mod branches;
mod caption;
mod compare;
mod console;
mod controls;
mod details;
mod diagram_menu;
mod dialog;
mod drag;
mod draw;
mod embed;
mod event_list;
mod event_table;
mod figures;
mod files;
mod flaws;
mod help;
mod icon;
mod inspector;
mod lane_names;
mod light;
mod links;
mod log_tab;
mod logs;
mod network;
mod node_menu;
mod notice;
mod overview;
mod page;
mod pane;
mod popover;
mod properties;
mod run_until;
mod runs;
mod script;
mod share;
mod slice;
mod source;
mod stage;
mod take_away;
mod timeline;
mod tools;
mod top_bar;
mod why;

pub use diagram_menu::{DiagramMenu, open_find};
pub use drag::Stroke;
pub use embed::Embed;
pub use files::files;
pub use overview::{Extent, places as overview_places};
pub use page::{Page, page};
pub use runs::Runs;
pub use source::SourceView;
pub use take_away::TakeAway;
