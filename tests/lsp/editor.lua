-- Neovim at work on a draft: `nvim --headless -u NONE -l editor.lua DRAFT RESULT SERVER...`
-- Opens DRAFT, waits for flags, applies the preferred fix, types a line, has the other flag
-- ignored by a comment, and writes what it saw to RESULT as JSON.

local draft, result = arg[1], arg[2]
local server = vim.list_slice(arg, 3)
local WAIT = 240000

local function stop(reason)
  io.stderr:write(reason .. "\n")
  os.exit(1)
end

local function wait(what, condition)
  if not vim.wait(WAIT, condition, 50) then stop("waited in vain for " .. what) end
end

vim.cmd.edit(draft)
local buffer = vim.api.nvim_get_current_buf()
vim.bo[buffer].filetype = "markdown"
local client = vim.lsp.start({
  name = "thb-monitor",
  cmd = server,
  root_dir = vim.fs.dirname(draft),
  init_options = { severity = "suggestion" },
})
if not client then stop("no client") end

local function flags() return vim.diagnostic.get(buffer) end
local function text()
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n")
end
local seen = {}

wait("flags", function() return #flags() == 2 end)
for _, flag in ipairs(flags()) do
  table.insert(seen, {
    line = flag.lnum,
    byte = flag.col,
    words = vim.api.nvim_buf_get_text(
      buffer, flag.lnum, flag.col, flag.end_lnum, flag.end_col, {})[1],
    code = flag.code,
    severity = flag.severity,
  })
end

-- the preferred fix of the first flag
vim.api.nvim_win_set_cursor(0, { flags()[1].lnum + 1, flags()[1].col })
vim.lsp.buf.code_action({
  apply = true,
  filter = function(action) return action.isPreferred end,
})
wait("the fix", function() return text():find("person", 1, true) ~= nil end)
wait("one flag less", function() return #flags() == 1 end)

-- incremental edits, and the other flag moves with them
vim.api.nvim_buf_set_text(buffer, 0, 0, 0, 0, { "Ünïted 😀 ", "" })
vim.api.nvim_buf_set_text(buffer, 1, 0, 1, 1, { "# B" })
vim.wait(1500, function() return false end)
wait("the flag", function() return #flags() == 1 end)
local moved = flags()[1].lnum

vim.api.nvim_win_set_cursor(0, { moved + 1, flags()[1].col })
vim.lsp.buf.code_action({
  apply = true,
  filter = function(action) return action.title:find("adds a comment", 1, true) ~= nil end,
})
wait("the comment", function() return text():find("monitor-ignore", 1, true) ~= nil end)
wait("silence", function() return #flags() == 0 end)

local out = assert(io.open(result, "w"))
out:write(vim.json.encode({ seen = seen, moved = moved, text = text() }))
out:close()
vim.lsp.stop_client(client)
wait("the end", function() return vim.lsp.get_client_by_id(client) == nil end)
os.exit(0)
