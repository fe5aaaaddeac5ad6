-- deadpeer.lua: shows in Wireshark, and in tshark, what deadpeer found in the capture that is open.
--
--     DEADPEER_REPORTS=report wireshark -X lua_script:deadpeer.lua trace.pcap
--     tshark -r trace.pcap -X lua_script:deadpeer.lua -T fields -e tcp.stream -e deadpeer.verdict
--
-- What:    a post-dissector. Each frame of a connection gets the verdict on it and its incident, frames that
--          an event names the event, rows of segments.csv what the segment is. Display filters, columns and
--          colour rules (the file `colorfilters` beside this one) take the fields as any other.
-- Reports: CSV, all columns, from the folder that the preference deadpeer.reports names, or the environment variable
--          DEADPEER_REPORTS, or `report` in the current folder. Of a run over several files the preference
--          deadpeer.file, or DEADPEER_FILE, says which of them is open.
-- Source:  the public Lua API, Wireshark's Developer's Guide, chapters 10 and 11. Lua 5.2 to 5.4.

local deadpeer = Proto("deadpeer", "deadpeer")

deadpeer.prefs.reports = Pref.string("Folder of the reports", "", "What deadpeer -o wrote for this capture")
deadpeer.prefs.file = Pref.string("File", "", "Which input of the reports is open, where they are of several")

local fields = {
    verdict = ProtoField.string("deadpeer.verdict", "Verdict on the connection"),
    confidence = ProtoField.string("deadpeer.confidence", "Confidence"),
    reason = ProtoField.string("deadpeer.reason", "Reason"),
    what = ProtoField.string("deadpeer.what", "What happened to the connection"),
    incident = ProtoField.uint32("deadpeer.incident", "Incident"),
    cause = ProtoField.string("deadpeer.cause", "Cause of the incident"),
    severity = ProtoField.string("deadpeer.severity", "Severity"),
    kind = ProtoField.string("deadpeer.kind", "Kind of segment"),
    event = ProtoField.string("deadpeer.event", "Decided here"),
    evidence = ProtoField.string("deadpeer.evidence", "Evidence for"),
    because = ProtoField.string("deadpeer.because", "Because"),
    advice = ProtoField.string("deadpeer.advice", "Advice"),
}
local list = {}
for _, field in pairs(fields) do list[#list + 1] = field end
deadpeer.fields = list

local tcp_stream = Field.new("tcp.stream")

-- The rows of a CSV file (RFC 4180), one by one, as tables by column; nothing if there is no such file.
local function rows(path)
    local file = io.open(path, "rb")
    if not file then return function() end end
    local text = file:read("*a") or ""
    file:close()
    local at = text:sub(1, 3) == "\239\187\191" and 4 or 1
    local function cell()
        if text:sub(at, at) ~= '"' then
            local from, to = at, text:find("[,\r\n]", at) or #text + 1
            at = to
            return text:sub(from, to - 1)
        end
        local parts = {}
        repeat
            local quote = text:find('"', at + 1, true) or #text + 1
            parts[#parts + 1] = text:sub(at + 1, quote - 1)
            at = quote + 1
        until text:sub(at, at) ~= '"'
        return table.concat(parts, '"')
    end
    local function line()
        if at > #text then return nil end
        local cells = { cell() }
        while text:sub(at, at) == "," do
            at = at + 1
            cells[#cells + 1] = cell()
        end
        at = (select(2, text:find("^\r?\n", at)) or #text) + 1
        return cells
    end
    local header = line() or {}
    return function()
        local cells = line()
        if not cells then return nil end
        local row = {}
        for i, name in ipairs(header) do row[name] = cells[i] or "" end
        return row
    end
end

local found -- what the reports say, by stream and by frame; nil until they are read

local function add(by, key, value)
    if key == nil then return end
    by[key] = by[key] or {}
    table.insert(by[key], value)
end

local function first_of(...)
    for _, word in ipairs({ ... }) do
        if word ~= "" then return word end
    end
end

-- The input that is open, and how many there are; nil: it is not said which of them it is.
local function open_file(folder)
    local inputs, last = 0, nil
    for row in rows(folder .. "/capture.csv") do
        inputs, last = inputs + 1, row.file
    end
    return first_of(deadpeer.prefs.file, os.getenv("DEADPEER_FILE") or "") or (inputs == 1 and last or nil), inputs
end

local function load()
    found = { flows = {}, kinds = {}, events = {}, evidence = {}, incident_of_stream = {}, incident_of_frame = {} }
    local folder = first_of(deadpeer.prefs.reports, os.getenv("DEADPEER_REPORTS") or "", "report")
    local file, inputs = open_file(folder)
    if not file then
        local why = inputs == 0 and "has no report of a capture; set deadpeer.reports"
            or "is of several files; set deadpeer.file to the one that is open"
        io.stderr:write("deadpeer.lua: ", folder, " ", why, "\n")
        return
    end
    local function is_here(row) return row.file == file end
    -- Streams of several files are counted on from one to the next: Wireshark, which has one open, counts others.
    if inputs == 1 then
        for row in rows(folder .. "/flows.csv") do
            local stream = tonumber(row.stream)
            if stream and row.verdict ~= "" then
                found.flows[stream] =
                    { verdict = row.verdict, confidence = row.confidence, reason = row.reason, what = row.what }
            end
        end
    end
    for row in rows(folder .. "/segments.csv") do
        if is_here(row) and row.kind ~= "" then add(found.kinds, tonumber(row.frame), row.kind) end
    end
    for row in rows(folder .. "/events.csv") do
        if is_here(row) then
            local event =
                { event = row.event, severity = row.severity, because = row.evidence, advice = row.advice }
            add(found.events, tonumber(row.frame), event)
            for frame in row.evidence_frames:gmatch("%d+") do add(found.evidence, tonumber(frame), row.event) end
        end
    end
    for row in rows(folder .. "/incidents.csv") do
        local incident = { number = tonumber(row.incident), cause = row.cause, severity = row.severity }
        if inputs == 1 then
            for stream in row.streams:gmatch("%d+") do add(found.incident_of_stream, tonumber(stream), incident) end
        end
        if is_here(row) then
            for frame in row.evidence_frames:gmatch("%d+") do
                add(found.incident_of_frame, tonumber(frame), incident)
            end
        end
    end
end

function deadpeer.init() found = nil end

function deadpeer.prefs_changed() found = nil end

-- Adds what is known, each value once.
local function tell(tree, flows, incidents, frame)
    local told = {}
    local function say(field, value)
        local key = field .. "=" .. tostring(value)
        if value == nil or value == "" or told[key] then return end
        told[key] = true
        tree:add(fields[field], value):set_generated()
    end
    for _, flow in ipairs(flows) do
        for _, field in ipairs({ "verdict", "confidence", "reason", "what" }) do say(field, flow[field]) end
    end
    for _, kind in ipairs(found.kinds[frame] or {}) do say("kind", kind) end
    for _, event in ipairs(found.events[frame] or {}) do
        for _, field in ipairs({ "event", "severity", "because", "advice" }) do say(field, event[field]) end
    end
    for _, event in ipairs(found.evidence[frame] or {}) do say("evidence", event) end
    for _, incident in ipairs(incidents) do
        say("incident", incident.number)
        say("cause", incident.cause)
    end
end

function deadpeer.dissector(_, pinfo, root)
    if not found then load() end
    local frame = pinfo.number
    local flows, incidents = {}, {}
    for _, stream in ipairs({ tcp_stream() }) do
        flows[#flows + 1] = found.flows[stream.value]
        for _, incident in ipairs(found.incident_of_stream[stream.value] or {}) do
            incidents[#incidents + 1] = incident
        end
    end
    for _, incident in ipairs(found.incident_of_frame[frame] or {}) do incidents[#incidents + 1] = incident end
    local known = found.kinds[frame] or found.events[frame] or found.evidence[frame]
    if not known and #flows == 0 and #incidents == 0 then return end
    local tree = root:add(deadpeer)
    tree:set_generated()
    if flows[1] then tree:append_text(": " .. flows[1].verdict) end
    tell(tree, flows, incidents, frame)
end

register_postdissector(deadpeer)
