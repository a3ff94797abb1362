using System.Text;
using Queqiao.Channels.Tokens;

namespace Queqiao.Channels.Tests.Support;

/// <summary>A provider's answer to a message, and what has to come of it.</summary>
public sealed record Refused(FakeReply Reply, ErrorClass Class, int? AfterSeconds = null);

/// <summary>What every adapter has to stand, as far as its class says how its provider signs and answers.</summary>
public abstract partial class AdapterCompliance
{
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    protected const string Api = "https://provider.test/base";

    public abstract IChannelAdapter Adapter { get; }

    /// <summary>Settings as an administrator would enter them, without the API's address.</summary>
    public abstract Dictionary<string, string> Values { get; }

    /// <summary>The delivery as the provider would sign it at that time.</summary>
    public abstract WebhookDelivery Signed(Payload payload, DateTimeOffset at);

    /// <summary>A delivery of a kind that nobody has heard of.</summary>
    public abstract Payload Unknown { get; }

    /// <summary>What a provider answers for which all goes well.</summary>
    protected abstract FakeReply? Good(FakeRequest request);

    protected abstract IEnumerable<Refused> Refusals { get; }

    /// <summary>Whether the provider signs the time, so that an old delivery can be told.</summary>
    protected virtual bool SignsTime => false;

    /// <summary>Whether the signature covers the body.</summary>
    protected virtual bool SignsBody => true;

    protected virtual bool HasToken => false;

    /// <summary>Whether a delivery holds one event only, however much there is to tell.</summary>
    protected virtual bool IsOneByOne => false;

    protected virtual Payload? Many(int count) => null;

    protected virtual string Recipient => "customer-1";

    public virtual string Kind => Adapter.Descriptor.Kind;

    /// <summary>The same without arithmetic that is slow in tests, for those that only read.</summary>
    protected virtual IChannelAdapter Reader => Adapter;

    protected virtual WebhookDelivery SignedFast(Payload payload, DateTimeOffset at) => Signed(payload, at);

    protected virtual Outbound Message(OutboundContent content) => new(Recipient, content) { Key = "0190a0b0c0d0e0f0a0b0c0d0e0f0a0b0" };

    public ChannelSettings Settings => new(Values);

    private ChannelSettings WithApi => new(new Dictionary<string, string>(Values) { [CommonFields.ApiBaseUrl] = Api });

    protected static WebhookDelivery Delivery(Payload payload, Dictionary<string, string>? headers = null, Dictionary<string, string>? query = null)
    {
        var all = new Dictionary<string, string>(payload.Query);
        foreach (var (name, value) in query ?? [])
            all[name] = value;
        var text = string.Join('&', all.Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"));
        return new WebhookDelivery(payload.Method, new Uri("https://chat.example.com/hooks/42" + (text.Length > 0 ? "?" + text : "")), new Dictionary<string, string>(headers ?? []) { ["Content-Type"] = payload.ContentType }, payload.Body);
    }

    private protected IReadOnlyList<Fixture> Fixtures => Fixture.Of(Kind);

    protected ChannelContext Context(FakeProvider provider, TimeProvider? clock = null) => new(WithApi, provider, new MemoryTokenStore(clock ?? new StillClock(Now)), clock ?? new StillClock(Now));

    protected virtual bool IsTokenCall(FakeRequest request) => request.Path.Contains("token", StringComparison.OrdinalIgnoreCase);

    private async Task<(List<InboundEvent> Events, WebhookReply? Reply)> Come(Fixture fixture)
    {
        if (fixture.Via == Via.Webhook)
        {
            var received = Adapter.Receive(Signed(fixture.Payload, Now), Settings, Now);
            Assert.True(received.Refusal is null, $"{fixture.File}: {received}");
            return ([.. received.Events], received.Reply);
        }
        if (fixture.Via == Via.Socket)
            return ([.. ((ISocketChannel)Adapter).OnFrame(fixture.Payload.Text, new SocketState(), Settings, Now).Events], null);
        using var provider = new FakeProvider(request => IsTokenCall(request) ? Good(request) : FakeReply.Json(fixture.Payload.Text));
        var pulled = await ((IPullChannel)Adapter).Pull(null, null, Context(provider), default);
        Assert.Null(pulled.Failed);
        return ([.. pulled.Events], null);
    }

    /// <summary>The kinds that a fixture gives, for the documentation.</summary>
    internal async Task<IReadOnlyList<(string Kind, string Type)>> Kinds(Fixture fixture)
    {
        var (events, _) = await Come(fixture);
        return events.Count == 0 ? [("–", fixture.Type)] : [.. events.Select(one => (Told.Kind(one), one.Type)).Distinct()];
    }

    /// <summary>What differs between what is expected of a payload and what comes of it.</summary>
    internal async Task<IReadOnlyList<string>> Differences(Fixture fixture)
    {
        var (events, reply) = await Come(fixture);
        var wrong = Compare.Differences(fixture.Expected, new System.Text.Json.Nodes.JsonArray([.. events.Select(one => (System.Text.Json.Nodes.JsonNode)Told.Of(one))]), fixture.File).ToList();
        if (fixture.Reply is not null && !reply!.Body.Contains(fixture.Reply, StringComparison.Ordinal))
            wrong.Add($"{fixture.File}: the reply should hold {fixture.Reply} but is {reply.Body}");
        return wrong;
    }

    private static string Text(IEnumerable<string> lines) => "\n" + string.Join('\n', lines);

    private static Payload Cut(Payload payload, int length) => payload with { Body = payload.Body[..length] };

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
