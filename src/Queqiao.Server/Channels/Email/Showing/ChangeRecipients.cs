using Microsoft.EntityFrameworkCore;
using Queqiao.Mail.Smtp;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Email.Showing;

/// <summary><c>PUT /api/v1/conversations/{id}/mail-recipients</c>: to whom the next mail goes, and what it is about.</summary>
internal static class ChangeRecipients
{
    private const int Most = 50;

    public sealed record Person(string Address, string? Name = null);

    public sealed record Request(IReadOnlyList<Person> To, IReadOnlyList<Person>? Cc = null, IReadOnlyList<Person>? Bcc = null, string? Subject = null);

    public static async Task<IResult> Handle(Guid id, Request request, Actor actor, MailBook book, IStorageEngine storage, CancellationToken ct)
    {
        if (Fault(request) is { } refusal)
            return refusal.ToProblem();
        await using (var db = storage.Read(actor.Ws))
        {
            if (!await db.Visible(actor.Conversations(Permissions.Reply)).AnyAsync(head => head.Id == id, ct))
                return Refusal.NotFound().ToProblem();
        }
        if (actor.Rights.Fields.Email != FieldLevel.Clear)
            return Refusal.Forbidden("mail_addresses_masked").ToProblem();
        var changed = await storage.Run(actor.Ws, async (unit, stop) =>
        {
            var number = await unit.Db.Visible(Scope<MailMessageRow>.Workspace(actor.Ws)).Where(mail => mail.ConversationId == id).OrderByDescending(mail => mail.Seq).Select(mail => (long?)mail.Thread).FirstOrDefaultAsync(stop);
            return number is { } thread && await MailBook.Change(unit, actor.Ws, thread, facts => facts with
            {
                To = People(request.To), Cc = People(request.Cc), Bcc = People(request.Bcc), Subject = request.Subject?.Trim() is { Length: > 0 } subject ? subject : facts.Subject,
            }, stop) ? thread : (long?)null;
        }, ct);
        return changed is { } known && await book.Thread(actor.Ws, known, ct) is { Facts: { } now } ? TypedResults.Ok(ShowMails.Recipients(now, actor.Rights.Fields)) : Refusal.NotFound().ToProblem();
    }

    private static Refusal? Fault(Request request)
    {
        if (request.To.Count == 0)
            return Refusal.Invalid("to", "required");
        foreach (var (field, people) in ((string, IReadOnlyList<Person>?)[])[("to", request.To), ("cc", request.Cc), ("bcc", request.Bcc)])
        {
            if (people?.Count > Most)
                return Refusal.Invalid(field, "too_long", Most);
            if (people?.Any(one => !SmtpAddress.IsOne(one.Address) || one.Name?.Length > 200 || OneLine.HidesSomething(one.Name)) == true)
                return Refusal.Invalid(field, "invalid_email");
        }
        return request.Subject is { } subject && (subject.Length > 200 || OneLine.HidesSomething(subject)) ? Refusal.Invalid("subject", "too_long", 200) : null;
    }

    private static List<MailPerson> People(IReadOnlyList<Person>? people) => [.. (people ?? []).DistinctBy(one => one.Address.ToLowerInvariant()).Select(one => new MailPerson(one.Address, string.IsNullOrWhiteSpace(one.Name) ? null : one.Name.Trim()))];
}
