using System.Net;
using System.Text.Json;

namespace Queqiao.Server.Tests.Gateway.Support;

/// <summary>An agent's console: follows some conversations and one list.</summary>
internal sealed class ConsoleTab(AgentClient who) : Tab
{
    private readonly Dictionary<string, KnownLog> _logs = [];
    private KnownList? _list;
    private bool _listIsNew;

    public AgentClient Who => who;

    /// <summary>Conversations that are open in this console.</summary>
    public IReadOnlyCollection<string> Followed
    {
        get
        {
            lock (_logs)
                return [.. _logs.Keys];
        }
    }

    public async Task Follow(string conversation)
    {
        lock (_logs)
        {
            if (!_logs.TryAdd(conversation, new KnownLog()))
                return;
        }
        if (Socket is { } socket)
            await socket.Send(new { op = "watch", conversation, after = 0 });
        else if (IsConnected)
            await Connect("sse");
    }

    public async Task Leave(string conversation)
    {
        lock (_logs)
            _logs.Remove(conversation);
        if (Socket is { } socket)
            await socket.Send(new { op = "unwatch", conversation });
    }

    public async Task FollowList(string view)
    {
        (_list, _listIsNew) = (new KnownList(view), true);
        if (Socket is { } socket)
            await socket.Send(new { op = "watch", list = view });
        else if (IsConnected)
            await Connect("sse");
    }

    public async Task Say(string conversation, string text, bool isNote)
    {
        if (Socket is { } socket)
            await socket.Send(new { op = "send", conversation, clientId = Sending(text, isNote), text, @private = isNote });
        else
            await Post(conversation, "messages", new { clientId = AgentClient.NewId(), text, @private = isNote });
    }

    public async Task Read(string conversation, long seq)
    {
        if (Socket is { } socket)
            await socket.Send(new { op = "read", conversation, seq });
        else
            await Post(conversation, "read", new { seq });
    }

    /// <summary>A change that may be refused: others are at work too.</summary>
    public async Task Post(string conversation, string what, object body)
    {
        var answer = await who.Api.Post($"/api/v1/conversations/{conversation}/{what}", body);
        Assert.True((int)answer.Status < 500, $"{what} was answered {(int)answer.Status} {answer.Body}");
    }

    public async Task<string?> Differs()
    {
        if (Failure is not null)
            return Failure.ToString();
        List<KeyValuePair<string, KnownLog>> logs;
        lock (_logs)
            logs = [.. _logs];
        foreach (var (conversation, log) in logs)
        {
            if ((await who.Api.Get("/api/v1/conversations/" + conversation)).Status == HttpStatusCode.NotFound)
                continue;
            if (log.Differs(await who.Log(conversation)) is { } difference)
                return $"{who.Name}, conversation {conversation}: {difference}";
        }
        if (_list is null)
            return null;
        var page = (await who.Api.Get($"/api/v1/conversations?view={_list.View}&limit=100")).Expect(HttpStatusCode.OK);
        var counts = (await who.Api.Get("/api/v1/conversations/counts")).Expect(HttpStatusCode.OK);
        return _list.Differs(page, counts) is { } wrong ? $"{who.Name}, list {_list.View}: {wrong}" : null;
    }

    protected override async Task<LiveReader?> Open(string transport, Action<JsonElement> heard)
    {
        _listIsNew |= _list?.Cursor is null;
        if (transport == "sse")
            return await OpenStream(heard);
        var socket = await LiveSocket.Open(who.Address, ("Cookie", who.Cookie));
        socket.Heard = heard;
        Dictionary<string, long> resume;
        lock (_logs)
            resume = _logs.ToDictionary(pair => pair.Key, pair => pair.Value.Seq);
        await socket.Send(new { op = "hello", resume });
        if (_list is { } list)
            await socket.Send(new { op = "watch", list = list.View, cursor = list.Cursor });
        return socket;
    }

    protected override void Stumbled()
    {
        if (_list is { } list)
            _list = new KnownList(list.View); // half of an answer is worse than none
    }

    /// <summary>A stream follows one conversation: the others are closed.</summary>
    private async Task<LiveReader> OpenStream(Action<JsonElement> heard)
    {
        var query = _list is { } list ? $"?list={list.View}&cursor={list.Cursor}" : "?";
        lock (_logs)
        {
            foreach (var conversation in _logs.Keys.SkipLast(1).ToList())
                _logs.Remove(conversation);
            if (_logs.Count == 1)
                query += $"&conversation={_logs.Keys.Single()}&after={_logs.Values.Single().Seq}";
        }
        return await LiveStream.Open(new Uri(who.Address, "/gateway/events" + query), heard, ("Cookie", who.Cookie));
    }

    protected override async Task Apply(JsonElement frame)
    {
        if (frame.IsOp("watching") || frame.IsEvent("list.changed"))
            await ApplyToList(frame);
        else if (frame.IsOp("error") && frame.Text("refused") == "watch" && frame.Maybe("conversation") is { } refused)
            Forget(refused);
        else if (frame.Maybe("conversation") is { } conversation && Log(conversation) is { } log)
            await ApplyTo(log, conversation, frame);
    }

    /// <summary>Not ours, or not any more: whoever wants it opens it again.</summary>
    private void Forget(string conversation)
    {
        lock (_logs)
            _logs.Remove(conversation);
    }

    private KnownLog? Log(string conversation)
    {
        lock (_logs)
            return _logs.GetValueOrDefault(conversation);
    }

    private async Task ApplyTo(KnownLog log, string conversation, JsonElement frame)
    {
        var whole = frame switch
        {
            _ when frame.IsOp("resync") => false,
            _ when frame.IsOp("ack") => Sent(frame) is not { } sent || log.Apply(frame, sent.Text, sent.IsNote, "out"),
            _ when frame.TryGetProperty("event", out _) && frame.TryGetProperty("seq", out _) => log.Apply(frame),
            _ => true,
        };
        if (whole)
            return;
        await Heal(log, conversation);
        if (frame.IsOp("resync") && Socket is { } socket)
            await socket.Send(new { op = "watch", conversation, after = log.Seq });
    }

    private async Task Heal(KnownLog log, string conversation)
    {
        while (true)
        {
            var page = await who.Api.Get($"/api/v1/conversations/{conversation}/messages?after={log.Seq}&limit=200");
            if (page.Status == HttpStatusCode.NotFound)
                return; // taken away meanwhile
            log.Page(page.Expect(HttpStatusCode.OK).Items());
            if (!page.Body.GetProperty("hasMore").GetBoolean())
                return;
        }
    }

    private async Task ApplyToList(JsonElement frame)
    {
        if (_list is not { } list || frame.Text("list") != list.View)
            return;
        if (!frame.IsOp("watching"))
        {
            list.Changed(frame);
            return;
        }
        var first = _listIsNew;
        _listIsNew = false;
        if (!list.Watching(frame, first))
            return;
        list.Page((await who.Api.Get($"/api/v1/conversations?view={list.View}&limit=100")).Expect(HttpStatusCode.OK).Items());
    }
}
