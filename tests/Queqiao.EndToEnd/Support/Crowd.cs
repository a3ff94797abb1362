using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Identity;

namespace Queqiao.EndToEnd.Support;

/// <summary>
/// Customers and colleagues who write to each other through the balancer, repeat what nobody answered, and keep books. While they are
/// strict, any failure that a person could see is written down: an answer that is an error, a socket that ends without a goodbye.
/// </summary>
internal sealed class Crowd(Cluster cluster, Book book) : IDisposable
{
    private readonly CancellationTokenSource _enough = new();
    private readonly List<Task> _people = [];
    private readonly ConcurrentQueue<string> _complaints = new();
    private volatile bool _strict;

    public ConcurrentDictionary<Guid, bool> Conversations { get; } = new();

    /// <summary>Failures that somebody saw since they are strict.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    public bool HasFailed => _people.Exists(one => one.IsFaulted);

    public void BeStrict() => _strict = true;

    public async Task Arrive(int byRest, int bySocket, int colleagues)
    {
        for (var n = 0; n < byRest + bySocket; n++)
        {
            var who = await VisitorClient.Open(cluster.Address, cluster.Channel);
            _people.Add(n < byRest ? WriteByRest(who, "r" + n) : WriteBySocket(who, "s" + n));
        }
        for (var n = 0; n < colleagues; n++)
            _people.Add(Answer("a" + n));
    }

    public async Task Until(int more)
    {
        var target = book.Count + more;
        await Queqiao.Server.Tests.Support.Until.True(() => book.Count >= target || HasFailed, $"{more} more messages are acknowledged ({book.Count} are)", seconds: 90);
    }

    public async Task Leave()
    {
        await _enough.CancelAsync();
        await Task.WhenAll(_people).WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static string TextOf(string name, int number) => $"{name} 第 {number} 条 😀 {new string((char)('a' + number % 26), number % 200)}";

    private async Task WriteByRest(VisitorClient who, string name)
    {
        for (var number = 0; !_enough.IsCancellationRequested; number++)
        {
            var (id, text) = ($"{name}-{number}", TextOf(name, number));
            var said = await Patiently(name, () => who.Post("/widget/v1/messages", new { clientId = id, text }));
            Note(name, number, id, said.GetProperty("conversationId").GetGuid(), said.Long("seq"), text);
            await Task.Delay(40, CancellationToken.None);
        }
    }

    private async Task Answer(string name)
    {
        var random = new Random(name.GetHashCode(StringComparison.Ordinal));
        await Queqiao.Server.Tests.Support.Until.True(() => !Conversations.IsEmpty, "a visitor has written");
        for (var number = 0; !_enough.IsCancellationRequested; number++)
        {
            var (id, text) = ($"{name}-{number}", TextOf(name, number));
            var conversation = random.GetItems(Conversations.Keys.ToArray(), 1)[0];
            var said = await Patiently(name, () => cluster.Owner.Api.Post($"/api/v1/conversations/{conversation}/messages", new { clientId = id, text }));
            Note(name, number, id, conversation, said.Long("seq"), text);
            await Task.Delay(40, CancellationToken.None);
        }
    }

    private async Task<JsonElement> Patiently(string name, Func<Task<ApiAnswer>> ask)
    {
        while (true)
        {
            try
            {
                var answer = await ask().WaitAsync(TimeSpan.FromSeconds(15));
                if (answer.Status == HttpStatusCode.Created)
                    return answer.Body;
                Complain($"{name}: {(int)answer.Status} {(answer.Body.ValueKind == JsonValueKind.Object ? answer.Body.GetRawText() : "")}");
            }
            catch (Exception trouble) when (trouble is HttpRequestException or TimeoutException or OperationCanceledException or JsonException)
            {
                Complain($"{name}: {trouble.GetType().Name} {trouble.Message}");
            }
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task WriteBySocket(VisitorClient who, string name)
    {
        LiveSocket? socket = null;
        for (var number = 0; !_enough.IsCancellationRequested; number++)
        {
            var (id, text) = ($"{name}-{number}", TextOf(name, number));
            JsonElement? ack = null;
            while (ack is null)
                (socket, ack) = await Say(socket, who, name, id, text);
            Note(name, number, id, ack.Value.GetProperty("conversation").GetGuid(), ack.Value.Long("seq"), text);
            await Task.Delay(40, CancellationToken.None);
        }
        if (socket is not null)
            await socket.DisposeAsync();
    }

    private async Task<(LiveSocket? Socket, JsonElement? Ack)> Say(LiveSocket? socket, VisitorClient who, string name, string id, string text)
    {
        try
        {
            socket ??= await who.Socket();
            await socket.Send(new { op = "send", clientId = id, text });
            JsonElement? ack = null;
            await Queqiao.Server.Tests.Support.Until.True(() => (ack = Find(socket, id)) is not null || socket.HasEnded, "an answer or the end", seconds: 15);
            if (ack is not null)
                return (socket, ack);
            if (!socket.Frames.Any(frame => frame.IsOp("bye")))
                Complain($"{name}: the socket ended without a goodbye");
        }
        catch (Exception trouble) when (trouble is System.Net.WebSockets.WebSocketException or TimeoutException or OperationCanceledException or HttpRequestException or ObjectDisposedException or IOException)
        {
            if (socket is null || !socket.Frames.Any(frame => frame.IsOp("bye")))
                Complain($"{name}: {trouble.GetType().Name} {trouble.Message}");
        }
        if (socket is not null)
            await socket.DisposeAsync();
        await Task.Delay(50, CancellationToken.None);
        return (null, null);
    }

    private static JsonElement? Find(LiveSocket socket, string id) =>
        socket.Frames.Where(frame => frame.IsOp("ack") && frame.Maybe("clientId") == id).Select(frame => (JsonElement?)frame).FirstOrDefault();

    private void Note(string name, int number, string id, Guid conversation, long seq, string text)
    {
        Conversations[conversation] = true;
        book.Write(new Promise(name, number, id, conversation, seq, Book.HashOf(text)));
    }

    private void Complain(string what)
    {
        if (_strict)
            _complaints.Enqueue(what);
    }

    public void Dispose() => _enough.Dispose();
}
