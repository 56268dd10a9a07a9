-- What wrk sends, by BENCH_SCENARIO. Every answer is looked at: one that is not as it should be is counted as bad, and the
-- run then fails, so that a rate of refusals is never taken for a rate.
local scenario = os.getenv("BENCH_SCENARIO")
local key = os.getenv("BENCH_KEY")
local run = os.getenv("BENCH_RUN")

local threads = {}
function setup(thread)
  thread:set("id", #threads + 1)
  table.insert(threads, thread)
end

local n = 0
bad = 0
why = ""
local headers = { ["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json" }

function init()
  math.randomseed(tonumber(run) + id)
end

local function members(count)
  local from = math.random(count)
  local to = math.random(count - 1)
  return from, to >= from and to + 1 or to
end

local function post(path, body, name)
  headers["Idempotency-Key"] = name or (run .. "-" .. id .. "-" .. n)
  return wrk.format("POST", path, headers, body)
end

local function transfer(from, to)
  return '{"from":"M' .. from .. '","to":"M' .. to .. '","amount":1,"unit":"MIN"}'
end

authorized = {}
codes = {}
tills = {}
for till in (os.getenv("BENCH_TILLS") or ""):gmatch("%S+") do
  tills[#tills + 1] = till
end
local function redeem(mode, merchant)
  return post("/v1/books/B1/redemptions", '{"mode":"' .. mode .. '","member":"M' .. math.random(1000) .. '","merchant":"' .. merchant .. '","amount":1,"unit":"PTS"}')
end

local kinds = {
  ["transfer"] = function()
    local from, to = members(1000)
    return post("/v1/books/B1/transfers", transfer(from, to))
  end,
  ["one-account"] = function()
    return post("/v1/books/B1/transfers", transfer(1 + math.random(999), 1))
  end,
  ["100-books"] = function()
    local from, to = members(10)
    return post("/v1/books/B" .. math.random(100) .. "/transfers", transfer(from, to))
  end,
  ["bulk-500"] = function()
    local items = {}
    for i = 1, 500 do
      local from, to = members(1000)
      items[i] = '{"from":"M' .. from .. '","to":"M' .. to .. '","amount":1,"unit":"MIN","reference":"' .. run .. id .. "." .. n .. "." .. i .. '"}'
    end
    return post("/v1/books/B1/transfers/bulk", '{"items":[' .. table.concat(items, ",") .. "]}")
  end,
  ["sale"] = function()
    return redeem("SALE", "S" .. math.random(20))
  end,
  ["sale-one"] = function()
    return redeem("SALE", "S1")
  end,
  -- Authorizes, and captures what was authorized: what has been answered is captured first.
  ["pairs"] = function()
    local id = table.remove(authorized)
    if id then
      return post("/v1/books/B1/redemptions/" .. id .. "/capture", "{}")
    end
    return redeem("AUTHORIZE", "S" .. math.random(20))
  end,
  -- As a till sells: a member's app shows a code, and the till of a merchant takes it, under a number of its own. Half of
  -- the requests are sales.
  ["till"] = function()
    local code = table.remove(codes)
    if not code then
      return post("/v1/books/B1/pay-codes", '{"member":"M' .. math.random(1000) .. '"}')
    end
    local merchant = math.random(#tills)
    headers["Authorization"] = "Bearer " .. tills[merchant]
    local sale = post("/v1/books/B1/redemptions", '{"mode":"SALE","code":"' .. code .. '","merchant":"S' .. merchant
      .. '","terminal":"T1","terminalTransaction":"' .. run .. id .. "-" .. n .. '","amount":1,"unit":"PTS"}')
    headers["Authorization"] = "Bearer " .. key
    return sale
  end,
  -- Only authorizes: what the expiry is measured with.
  ["authorize"] = function()
    return redeem("AUTHORIZE", "S" .. math.random(20))
  end,
  -- One request, again and again: the first posts, the others are answered from its record.
  ["replay"] = function()
    return post("/v1/books/B1/transfers", transfer(1, 2), "replay-" .. run)
  end,
  ["balance"] = function()
    return wrk.format("GET", "/v1/books/B1/members/M" .. math.random(1000) .. "/balances", headers)
  end,
  ["statement"] = function()
    return wrk.format("GET", "/v1/books/B1/accounts/2100:M" .. math.random(1000) .. ":MIN/statement", headers)
  end,
}
local expected = (scenario == "bulk-500" or scenario == "balance" or scenario == "statement") and 200 or 201

function request()
  n = n + 1
  return kinds[scenario]()
end

function response(status, _, body)
  if scenario == "pairs" then
    if status == 201 then
      authorized[#authorized + 1] = body:match('"id":"([^"]+)"')
      return
    elseif status == 200 then
      return
    end
  end
  if scenario == "till" and status == 201 then
    codes[#codes + 1] = body:match('"code":"(%d+)"')
    return
  end
  if status ~= expected or (scenario == "bulk-500" and not body:find('"refused":0', 1, true)) then
    bad = bad + 1
    why = status .. " " .. body:sub(-300)
  end
end

function done()
  local all = 0
  local example = ""
  for _, thread in ipairs(threads) do
    all = all + thread:get("bad")
    if thread:get("why") ~= "" then example = thread:get("why") end
  end
  if scenario == "bulk-500" then print("items 500") end
  if scenario == "pairs" then print("items 0.5") end
  print("bad " .. all .. " " .. example:gsub("\n", " "))
end
