using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Queqiao.Mail.Wire;
using Queqiao.Server.Channels.Email.Receiving;
using Queqiao.Server.Tests.Gateway.Support;
using Queqiao.Server.Tests.Support;

namespace Queqiao.Server.Tests.Channels;

/// <summary>A site with a mailbox. Mails come in as files, or from real servers; none is fetched by itself.</summary>
internal sealed class EmailSite(Site site, Guid channel) : IAsyncDisposable
{
    public const string Mailbox = "help@shop.test";

    public Site Site => site;

    public Guid Channel => channel;

    public static async Task<EmailSite> Open(string engine, object? more = null, IMailDialer? dialer = null)
    {
        var site = await Site.Open(engine, also: services => services.AddSingleton(dialer ?? new TcpDialer())); // the guard keeps others away from this machine
        var settings = new Dictionary<string, object> { ["address"] = Mailbox, ["fromName"] = "鹊桥客服", ["signature"] = "鹊桥优选\n400-000", ["trustedServers"] = "mx.shop.test" };
        foreach (var member in JsonSerializer.SerializeToElement(more ?? new { }).EnumerateObject())
            settings[member.Name] = member.Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? member.Value.GetRawText() : member.Value.ToString();
        var made = (await site.Owner.Api.Post("/api/v1/channels", new { kind = "email", name = "客服邮箱", settings })).Expect(HttpStatusCode.Created);
        return new EmailSite(site, Guid.Parse(made.Text("id")));
    }

    /// <summary>A mail arrives, as IMAP and SMTP bring one, and is digested.</summary>
    public async Task Arrive(byte[] mail)
    {
        var arrivals = site.The<MailArrivals>();
        await site.Storage.Run(1, async (unit, ct) =>
        {
            arrivals.Put(unit, channel, mail);
            return await unit.Db.SaveChangesAsync(ct);
        }, CancellationToken.None);
        await arrivals.RunDue(CancellationToken.None);
    }

    public Task Arrive(string mail) => Arrive(Encoding.UTF8.GetBytes(mail.ReplaceLineEndings("\r\n")));

    /// <param name="proven">Whether the trusted server says that the sender is who they say.</param>
    public Task Write(string from, string subject, string text, string id, bool proven = true, string more = "") =>
        Arrive($"{(proven ? $"Authentication-Results: mx.shop.test; dmarc=pass header.from={from.Split('@')[1].TrimEnd('>')}\n" : "")}From: {from}\nTo: {Mailbox}\nSubject: {subject}\nMessage-ID: <{id}>\n{more}Content-Type: text/plain; charset=utf-8\n\n{text}\n");

    public async Task<List<JsonElement>> Conversations() =>
        [.. (await site.Owner.Api.Get("/api/v1/conversations?limit=100")).Expect(HttpStatusCode.OK).Items().Where(row => row.GetProperty("channel").Text("id") == channel.ToString()).OrderBy(row => row.Text("createdAt"), StringComparer.Ordinal)];

    public async Task<List<JsonElement>> Items(JsonElement conversation) => [.. (await site.Owner.Api.Get($"/api/v1/conversations/{conversation.Text("id")}/messages?limit=100")).Expect(HttpStatusCode.OK).Items()];

    public async Task<List<string>> Texts(JsonElement conversation) => [.. (await Items(conversation)).Where(item => item.Text("kind") == "message").Select(item => item.Text("text"))];

    public async Task<JsonElement> Mails(JsonElement conversation) => (await site.Owner.Api.Get($"/api/v1/conversations/{conversation.Text("id")}/mails")).Expect(HttpStatusCode.OK);

    public async Task<JsonElement> State() => (await site.Owner.Api.Get($"/api/v1/channels/{channel}/mailbox")).Expect(HttpStatusCode.OK);

    /// <summary>What waits or was left out, by state and reason.</summary>
    public async Task<List<string>> Outside() => [.. (await State()).GetProperty("items").EnumerateArray().Select(row => $"{row.Text("state")} {row.Text("reason")}")];

    /// <summary>An agent answers, and it is delivered or known not to be. The state of the delivery.</summary>
    public async Task<string> Answer(JsonElement conversation, string text)
    {
        var sent = (await site.Owner.Api.Post($"/api/v1/conversations/{conversation.Text("id")}/messages", new { text, clientId = Guid.NewGuid().ToString("N") })).Expect(HttpStatusCode.Created);
        var state = "pending";
        await Until.True(async () =>
        {
            await site.RunDueJobs();
            state = await StateOf(conversation, sent.GetProperty("seq").GetInt64());
            return state != "pending";
        }, "the mail is delivered");
        return state;
    }

    /// <summary>How far a message came.</summary>
    public async Task<string> StateOf(JsonElement conversation, long seq) => (await Items(conversation)).Single(item => item.GetProperty("seq").GetInt64() == seq).GetProperty("delivery").Text("state");

    public ValueTask DisposeAsync() => site.DisposeAsync();
}
