using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Queqiao.Channels;
using Queqiao.Channels.Sending;

namespace SamplePlugin;

/// <summary>A platform that nobody has heard of, written by somebody else (docs/adding-a-channel.md).</summary>
public sealed class PigeonAdapter : IChannelAdapter
{
    public ChannelDescriptor Descriptor { get; } = new("pigeon", new("信鸽", "Carrier pigeon"))
    {
        Abilities = Abilities.Text,
        Limits = new(new(140, TextUnit.Utf16)),
        Settings = [new("secret", new("密钥", "Secret"), SettingType.Secret) { Required = true }, CommonFields.ApiBase],
        Console = new("https://pigeon.example/console"),
        Manual = new("https://pigeon.example/docs"),
        Errors = [],
    };

    public Received Receive(WebhookDelivery delivery, ChannelSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(settings);
        // The ring on the pigeon's leg: HMAC over the bytes as they came, compared in constant time, before anything is read.
        var body = delivery.Body;
        if (body.Length < 32 || !CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(Encoding.UTF8.GetBytes(settings["secret"]), body.Span[32..]), body.Span[..32]))
            return Received.Refused(Refusal.BadSignature);
        try
        {
            using var told = JsonDocument.Parse(body[32..]);
            var (id, from, text) = (told.RootElement.GetProperty("id").GetString()!, told.RootElement.GetProperty("from").GetString()!, told.RootElement.GetProperty("text").GetString());
            return Received.Of(WebhookReply.Ok, [new MessageReceived { Type = "letter", DedupeKey = id, MessageId = id, Text = text, At = now, Person = new Person(from), Place = new Place(from), Raw = told.RootElement.GetRawText() }]);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return Received.Refused(Refusal.Malformed);
        }
    }

    public IReadOnlyList<Outbound> Plan(Outbound message, ChannelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Content is TextContent text ? [.. TextSplitter.Split(text.Text, Descriptor.Limits.Text).Select((piece, index) => message with { Content = new TextContent(piece), Index = index })] : [message];
    }

    public async Task<SendOutcome> Send(Outbound part, ChannelContext context, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(context);
        if (part.Content is not TextContent text)
            return SendOutcome.CannotDo(part.Content.ToString());
        using var request = new HttpRequestMessage(HttpMethod.Post, context.Settings.ApiBase("https://pigeon.example") + "/letters") { Content = new StringContent(JsonSerializer.Serialize(new { to = part.To, text = text.Text })) };
        using var answer = await context.Http.Send(request, ct);
        return answer.IsSuccessStatusCode ? new SendOutcome.Sent(null) : SendOutcome.Failed(ErrorTable.OfStatus((int)answer.StatusCode), "status", "信鸽没有送到", "The pigeon did not arrive");
    }

    public Task<SendOutcome> Probe(ChannelContext context, CancellationToken ct) => Task.FromResult<SendOutcome>(new SendOutcome.Sent("pigeon"));
}
