using System.Globalization;
using Queqiao.Mail.Smtp;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Email.Sending;

/// <summary><c>POST /api/v1/channels/{id}/mails</c>: an agent writes to somebody who has not written, or about something new.</summary>
internal static class BeginMail
{
    private const int MostPeople = 50;
    private const int MostSubject = 200;

    public sealed record Person(string Address, string? Name = null);

    /// <param name="To">The first is the customer; answers come into the conversation with them.</param>
    /// <param name="ContactId">A customer of ours whose address it is; null: whoever the address belonged to before, or somebody new.</param>
    /// <param name="ClientId">The same one again gives the first answer again.</param>
    public sealed record Request(IReadOnlyList<Person> To, string Subject, string Text, IReadOnlyList<Person>? Cc = null, IReadOnlyList<Person>? Bcc = null, Guid? ContactId = null, string? ClientId = null);

    public sealed record Answer(Guid ConversationId, long Seq);

    public static async Task<IResult> Handle(
        Guid id, Request request, Actor actor, MailBook book, IChannels channels, IContactSight people, PurposeGate purposes, IStartConversations conversations, Ids ids, CancellationToken ct)
    {
        if (await channels.Find(id, ct) is not { Kind: EmailKind.Name, Account: { } account } channel || channel.Ws != actor.Ws || !actor.MayUseChannel(id))
            return Refusal.NotFound().ToProblem();
        if (Fault(request) is { } wrong)
            return wrong.ToProblem();
        if (!channel.Enabled || new EmailSettings(account.Settings).Smtp is null)
            return Refusal.Conflict("mail_no_server").ToProblem();
        Guid? whose = null;
        if (request.ContactId is { } contact && (whose = await people.Seen(actor, contact, ct)) is null)
            return Refusal.Invalid("contactId", "contact_not_on_channel").ToProblem();
        var clientId = request.ClientId ?? "mail-" + ids.New().ToString("N");
        var customer = Of(request.To[0]);
        var facts = new ThreadFacts(customer, request.Subject.Trim()) { IsOurs = true, To = [.. request.To.Select(Of)], Cc = [.. (request.Cc ?? []).Select(Of)], Bcc = [.. (request.Bcc ?? []).Select(Of)] };
        var isTheirs = whose is { } known && await IsTheirs(people, actor.Ws, known, customer.Address, ct);
        var thread = await book.Begin(actor.Ws, id, facts, isTheirs, ct, book.NumberFor(actor.Ws, string.Create(CultureInfo.InvariantCulture, $"{actor.AgentId:N} {id:N} {clientId}")), whose);
        if (thread.Facts is null)
            return Refusal.NotFound().ToProblem();
        // Service needs no consent, but ends with an objection; who is blocked is refused by the log.
        if (await purposes.Require(actor.Ws, thread.Row.ContactId, Purposes.Service, ct) is { } no)
            return no.ToProblem();
        var begun = await conversations.Start(actor, new CustomerKey(id, MailBook.IdentityOf(thread.Facts.Customer.Address, thread.Row.Number)), new FirstWords(request.Text, clientId, facts.Subject));
        return begun.Refusal?.ToProblem() ?? (IResult)TypedResults.Created($"/api/v1/conversations/{begun.ConversationId}", new Answer(begun.ConversationId, begun.Seq));
    }

    /// <summary>An address that was verified before is theirs; what a colleague types is a claim.</summary>
    private static async Task<bool> IsTheirs(IContactSight people, int ws, Guid contact, string address, CancellationToken ct) =>
        (await people.Person(ws, contact, ct))?.Identities.Any(one => one is { Kind: IdentityKinds.Email, Verified: true } && one.Value.Equals(address, StringComparison.OrdinalIgnoreCase)) == true;

    private static Refusal? Fault(Request request)
    {
        var faults = new List<(string, FieldFault)>();
        if (request.To.Count == 0)
            faults.Add(("to", new("required")));
        foreach (var (field, some) in ((string, IReadOnlyList<Person>)[])[("to", request.To), ("cc", request.Cc ?? []), ("bcc", request.Bcc ?? [])])
        {
            if (some.Count > MostPeople)
                faults.Add((field, new("too_long", MostPeople)));
            else if (some.Any(one => !SmtpAddress.IsOne(one.Address) || one.Name?.Length > 200 || OneLine.HidesSomething(one.Name)))
                faults.Add((field, new("invalid_email")));
        }
        if (string.IsNullOrWhiteSpace(request.Subject))
            faults.Add(("subject", new("required")));
        else if (request.Subject.Length > MostSubject || OneLine.HidesSomething(request.Subject))
            faults.Add(("subject", new("too_long", MostSubject)));
        if (string.IsNullOrWhiteSpace(request.Text))
            faults.Add(("text", new("required")));
        return Refusal.Of(faults);
    }

    private static MailPerson Of(Person one) => new(one.Address.Trim(), string.IsNullOrWhiteSpace(one.Name) ? null : one.Name.Trim());
}
