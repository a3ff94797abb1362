using System.Globalization;
using System.Text.Json;

namespace Queqiao.Server.Tests.Gateway.Support;

/// <summary>A conversation as a reader knows it who follows docs/gateway.md and nothing else.</summary>
internal sealed class KnownLog
{
    private readonly List<(JsonElement Item, bool Own)> _items = [];

    public string? Conversation { get; private set; }

    public long Seq { get; private set; }

    /// <summary>Begins with another conversation, of which nothing is known.</summary>
    public void StartOver(string? conversation)
    {
        (Conversation, Seq) = (conversation, 0);
        _items.Clear();
    }

    /// <summary>False: something before this frame is missing; ask for what came after <see cref="Seq"/>.</summary>
    public bool Apply(JsonElement frame)
    {
        if (frame.Long("seq") <= Seq)
            return true;
        if (frame.Long("prev") > Seq)
            return false;
        Add(frame.GetProperty("data"), own: false);
        return true;
    }

    /// <summary>What this reader sent itself comes back as an ack only.</summary>
    public bool Apply(JsonElement ack, string text, bool isNote, string direction)
    {
        if (ack.Long("seq") <= Seq)
            return true;
        if (ack.Long("prev") > Seq)
            return false;
        Add(JsonSerializer.SerializeToElement(new
        {
            id = ack.Text("id"), seq = ack.Long("seq"), prev = ack.Long("prev"), at = ack.Text("at"), kind = isNote ? "note" : "message",
            clientId = ack.Text("clientId"), direction, text,
        }), own: true);
        return true;
    }

    public void Page(IEnumerable<JsonElement> items)
    {
        foreach (var item in items.Where(item => item.Long("seq") > Seq))
            Add(item, own: false);
    }

    /// <summary>What differs from the log as it is; null when nothing does.</summary>
    public string? Differs(List<JsonElement> fresh)
    {
        var (seenByContact, seenByAgent) = (ReadUpTo("contact"), ReadUpTo("agent"));
        if (fresh.Count != _items.Count)
            return $"knows {_items.Count} entries up to {Seq}, there are {fresh.Count} up to {(fresh.Count == 0 ? 0 : fresh[^1].Long("seq"))}";
        for (var i = 0; i < fresh.Count; i++)
        {
            var known = Canonical(_items[i].Item, _items[i].Own, State);
            var there = Canonical(fresh[i], _items[i].Own, item => item.GetProperty("delivery").Text("state"));
            if (known != there)
                return $"knows  {known}\nthere is {there}";
        }
        return null;

        string State(JsonElement item) => item.Long("seq") <= (item.Text("direction") == "in" ? seenByAgent : seenByContact) ? "read" : "sent";
    }

    private long ReadUpTo(string by) => _items
        .Where(one => one.Item.Text("kind") == "event" && one.Item.GetProperty("event") is var it && it.Text("type") == "read" && it.Text("by") == by)
        .Select(one => one.Item.GetProperty("event").Long("upTo")).DefaultIfEmpty().Max();

    private void Add(JsonElement item, bool own)
    {
        _items.Add((item, own));
        Seq = item.Long("seq");
    }

    private static string Canonical(JsonElement item, bool own, Func<JsonElement, string> state)
    {
        var kind = item.Text("kind");
        var parts = new List<string?> { item.Text("id"), item.Long("seq").ToString(CultureInfo.InvariantCulture), item.Long("prev").ToString(CultureInfo.InvariantCulture), item.Text("at"), kind };
        if (!own)
            parts.Add(item.GetProperty("sender").GetRawText());
        if (kind == "event")
            parts.Add(item.GetProperty("event").GetRawText());
        else
            parts.AddRange([item.Text("clientId"), item.Text("text")]);
        if (kind == "message")
            parts.AddRange([item.Text("direction"), state(item)]);
        return string.Join(" | ", parts);
    }
}

/// <summary>One watched list: whole rows, tombstones, counts.</summary>
internal sealed class KnownList(string view)
{
    private readonly Dictionary<string, JsonElement> _rows = [];
    private readonly Dictionary<string, long> _gone = [];
    private string _counts = "";

    public string View => view;

    public string? Cursor { get; private set; }

    public IReadOnlyCollection<string> Ids => _rows.Keys;

    /// <summary>The greeting. True: fetch the first page (anew).</summary>
    public bool Watching(JsonElement frame, bool first)
    {
        _counts = Counts(frame.GetProperty("counts"));
        if (frame.GetProperty("resync").GetBoolean() || first)
        {
            _rows.Clear();
            Cursor = frame.Text("cursor");
            return true;
        }
        return false; // what was missed comes as list.changed, and with it the next cursor
    }

    public void Changed(JsonElement frame)
    {
        Cursor = frame.Maybe("cursor") ?? Cursor;
        var data = frame.GetProperty("data");
        _counts = Counts(data.GetProperty("counts"));
        Page(data.GetProperty("rows").EnumerateArray());
        foreach (var gone in data.GetProperty("gone").EnumerateArray())
        {
            var (id, seq) = (gone.Text("id"), gone.Long("seq"));
            if (_rows.TryGetValue(id, out var had) && had.Long("seq") > seq)
                continue;
            _rows.Remove(id);
            _gone[id] = Math.Max(seq, _gone.GetValueOrDefault(id));
        }
    }

    /// <summary>Rows of a page that may be older than what was pushed meanwhile.</summary>
    public void Page(IEnumerable<JsonElement> rows)
    {
        foreach (var row in rows)
        {
            var (id, seq) = (row.Text("id"), row.Long("seq"));
            if (seq <= _gone.GetValueOrDefault(id) || (_rows.TryGetValue(id, out var had) && had.Long("seq") > seq))
                continue;
            _rows[id] = row;
        }
    }

    public string? Differs(JsonElement page, JsonElement counts)
    {
        if (_counts != Counts(counts))
            return $"counts {_counts}, there are {Counts(counts)}";
        var fresh = page.Items().ToDictionary(row => row.Text("id"), row => row.GetRawText());
        foreach (var (id, row) in _rows)
        {
            if (!fresh.TryGetValue(id, out var there))
                return $"shows {id} at {row.Long("seq")}, which is not in the list";
            if (there != row.GetRawText())
                return $"shows  {row.GetRawText()}\nthere is {there}";
        }
        return fresh.Keys.FirstOrDefault(id => !_rows.ContainsKey(id)) is { } missing ? $"lacks {fresh[missing]}; tombstone {_gone.GetValueOrDefault(missing)}" : null;
    }

    private static string Counts(JsonElement json) => string.Join(' ', ((string[])["mine", "unassigned", "all", "resolved"]).Select(name => json.Long(name)));
}
