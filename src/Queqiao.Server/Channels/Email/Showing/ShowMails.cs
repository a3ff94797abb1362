using Microsoft.EntityFrameworkCore;
using Queqiao.Mail.Html;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Email.Showing;

/// <summary>What mails say besides their text: <c>GET /api/v1/conversations/{id}/mails</c> and the HTML of one.</summary>
internal static class ShowMails
{
    private const int Most = 500;

    /// <param name="Recipients">To whom the next mail goes; null: the thread is gone.</param>
    /// <param name="Items">Oldest first, by the seq of their message.</param>
    public sealed record Answer(RecipientsAnswer? Recipients, IReadOnlyList<MailAnswer> Items);

    public sealed record PersonAnswer(string? Address, string? Name);

    public sealed record RecipientsAnswer(IReadOnlyList<PersonAnswer> To, IReadOnlyList<PersonAnswer> Cc, IReadOnlyList<PersonAnswer> Bcc, string? Subject);

    /// <param name="Proven">A trusted server says that it is from who it says.</param>
    /// <param name="Whole">All of the text, with what was quoted; null: the message has it all.</param>
    /// <param name="Html">Whether there is HTML to show in a frame.</param>
    /// <param name="RemoteImages">Pictures that would be fetched from elsewhere.</param>
    public sealed record MailAnswer(
        long Seq, bool Sent, PersonAnswer? From, IReadOnlyList<PersonAnswer> To, IReadOnlyList<PersonAnswer> Cc, IReadOnlyList<PersonAnswer> Bcc, string? Subject, bool Proven, string? Dmarc, string? Dkim, string? Spf,
        string? Whole, bool Html, int RemoteImages, IReadOnlyList<RefusedFile> RefusedFiles);

    public static async Task<IResult> All(Guid id, Actor actor, MailBook book, IStorageEngine storage, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        if (!await db.Visible(actor.Conversations()).AnyAsync(head => head.Id == id, ct))
            return Refusal.NotFound().ToProblem();
        var rows = await db.Visible(Scope<MailMessageRow>.Workspace(actor.Ws)).AsNoTracking().Where(mail => mail.ConversationId == id).OrderByDescending(mail => mail.Seq).Take(Most).ToListAsync(ct);
        rows.Reverse();
        var ring = await storage.Vault.Contacts.LoadFor(actor.Ws, rows.Select(row => row.Sealed), ct);
        var fields = actor.Rights.Fields;
        var items = rows.Select(row => (Row: row, Facts: ring.Open<MailFacts>(MailSeals.PlaceOf(row.Id), row.Sealed))).Where(one => one.Facts is not null).Select(one => Of(one.Row, one.Facts!, fields)).ToList();
        var thread = rows.Count == 0 ? null : await book.Thread(actor.Ws, rows[^1].Thread, ct);
        return TypedResults.Ok(new Answer(thread?.Facts is { } facts ? Recipients(facts, fields) : null, items));
    }

    /// <summary>A page of its own for a frame with <c>sandbox</c>: nothing in it runs, and pictures from elsewhere come when the agent says so.</summary>
    public static async Task<IResult> Html(Guid id, long seq, bool? remote, Actor actor, IStorageEngine storage, FileLinks links, HttpContext context, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        if (!await db.Visible(actor.Conversations()).AnyAsync(head => head.Id == id, ct) || actor.Rights.Fields.Messages != FieldLevel.Clear)
            return Refusal.NotFound().ToProblem();
        var row = await db.Visible(Scope<MailMessageRow>.Workspace(actor.Ws)).AsNoTracking().SingleOrDefaultAsync(mail => mail.ConversationId == id && mail.Seq == seq, ct);
        var ring = await storage.Vault.Contacts.LoadFor(actor.Ws, [row?.Sealed], ct);
        if (row is null || ring.Open<MailFacts>(MailSeals.PlaceOf(row.Id), row.Sealed) is not { Html: { } html } facts)
            return Refusal.NotFound().ToProblem();
        var shown = MailHtml.Show(html, cid => facts.Inline.TryGetValue(cid, out var file) ? links.Make(new FileLink(actor.Ws, file, Variant.Served, LinkAudience.Agent), FileLinks.Valid).Path : null, remote == true);
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:{(remote == true ? " https: http:" : "")}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox";
        context.Response.Headers["X-Frame-Options"] = "SAMEORIGIN";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        return TypedResults.Content(Page(shown.Html), "text/html; charset=utf-8");
    }

    private static string Page(string body) => $$"""
        <!doctype html><html><head><meta charset="utf-8"><style>
        html{color-scheme:light}body{margin:0;padding:2px 0;background:#fff;color:#1f2328;font:14px/1.6 system-ui,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;overflow-wrap:anywhere}
        img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}blockquote{margin:4px 0 4px 8px;padding-left:8px;border-left:2px solid #d0d7de}
        details.quoted>summary{display:inline-block;list-style:none;cursor:pointer;margin:4px 0;padding:0 8px;border-radius:6px;background:#eef0f3;color:#57606a}details.quoted>summary::before{content:"•••"}
        </style></head><body>{{body}}</body></html>
        """;

    private static MailAnswer Of(MailMessageRow row, MailFacts facts, FieldPolicy fields) => new(
        row.Seq, row.SenderTag is null, facts.From is { } from ? Of(from, fields) : null, People(facts.To, fields), People(facts.Cc, fields), People(facts.Bcc, fields),
        Words(fields, facts.Subject), facts.IsProven, facts.Dmarc, facts.Dkim, facts.Spf, Words(fields, facts.Whole),
        facts.Html is not null && fields.Messages == FieldLevel.Clear, facts.Html is { } html ? MailHtml.Show(html, _ => "").RemoteImages : 0,
        fields.Messages == FieldLevel.Clear ? facts.Refused : [.. facts.Refused.Select(file => file with { Name = "***" })]);

    internal static RecipientsAnswer Recipients(ThreadFacts facts, FieldPolicy fields) =>
        new(People(facts.To.Count > 0 ? facts.To : [facts.Customer], fields), People(facts.Cc, fields), People(facts.Bcc, fields), Words(fields, facts.Subject));

    private static List<PersonAnswer> People(IReadOnlyList<MailPerson> people, FieldPolicy fields) => [.. people.Select(one => Of(one, fields))];

    private static PersonAnswer Of(MailPerson one, FieldPolicy fields) => new(Masks.At(fields.Email, one.Address, Masks.Email), Masks.At(fields.Name, one.Name, Masks.Name));

    private static string? Words(FieldPolicy fields, string? text) => Masks.At(fields.Messages, text, static words => Masks.Text(words));
}
