using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Bot.Actions;
using Queqiao.Server.Bot.Configuring;
using Queqiao.Server.Bot.Flows;
using Queqiao.Server.Bot.Storage;
using Queqiao.Server.Bot.Thinking;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Bot.Codes;

/// <summary>
/// Sends one-time codes and checks them. A code goes to an address that is proven of the person; only who has none names one, and has it
/// proven by the code. The database counts, so limits hold on all nodes.
/// </summary>
internal sealed class OneTimeCodes(IDirectMessages messages, IContacts contacts, IContactSight people, IStorageEngine storage, IVault vault, Ids ids)
{
    private const string KeyPurpose = "bot one-time code v1";
    private const string AddressPurpose = "bot code address";

    /// <param name="typed">What the customer named; null: nothing.</param>
    public async Task<ActionAnswer> Send(ActionCaller who, string? typed, CancellationToken ct)
    {
        if (who.DryRun)
            return Ok;
        var settings = who.Codes;
        var known = (await people.Person(who.Ws, who.ContactId, ct))?.Identities ?? [];
        if (CodeRules.IsProvenHere(known, who.ChannelId))
            return Ok;
        if (settings.SmsChannelId is null && settings.MailChannelId is null)
            return Failed("bot_code_no_address");
        var proven = CodeRules.KnownAddress(known, settings);
        if ((proven ?? typed) is not { } address)
            return Waits(WhichOf(settings), new SentCode(Guid.Empty, 0));
        if (settings.ChannelFor(address) is not { } channel)
            return Waits(WhichOf(settings), new SentCode(Guid.Empty, 0));
        var code = CodeRules.NewCode();
        if (await Note(who, address, code, ct) is not { } row)
            return Failed("bot_code_too_many");
        var text = Words.Say(who.Language, "bot_code_message", code, (int)CodeRules.Valid.TotalMinutes);
        var failure = await messages.Send(who.Ws, channel, new DirectMessage(address, text, row.Id.ToString("N"))
        {
            Subject = Words.Say(who.Language, "bot_code_subject", code), Template = settings.SmsTemplate, TemplateValue = code, Language = who.Language,
        }, ct);
        if (failure is not null)
            return Failed("bot_code_not_sent");
        var shown = address.Contains('@', StringComparison.Ordinal) ? Masks.Email(address) : Masks.Phone(address);
        return Waits("bot_code_sent", new SentCode(row.Id, row.Until) { To = proven is null ? address : null }, shown);
    }

    public async Task<ActionAnswer> Check(ActionCaller who, string code, CancellationToken ct)
    {
        if (who.DryRun)
            return Ok;
        if (who.Code is not { } sent || sent.Id == Guid.Empty)
            return Failed("bot_code_failed");
        var hash = CodeRules.Hash(vault.Derive(who.Ws, KeyPurpose), sent.Id, code);
        var found = await storage.Run(who.Ws, async (unit, stop) =>
        {
            var now = unit.Ids.Now();
            var rows = unit.Db.Table<BotCodeRow>().Where(row => row.Ws == who.Ws && row.Id == sent.Id && row.ContactId == who.ContactId);
            // Counted before it is compared, so that nobody guesses in parallel.
            if (await rows.Where(row => row.UsedAt == null && row.Until > now && row.Tries < CodeRules.MostTries).ExecuteUpdateAsync(set => set.SetProperty(row => row.Tries, row => row.Tries + 1), stop) == 0)
                return await rows.Where(row => row.UsedAt == null && row.Tries < CodeRules.MostTries).AnyAsync(stop) ? Found.Expired : Found.Spent;
            var row = await rows.AsNoTracking().SingleAsync(stop);
            if (!CryptographicOperations.FixedTimeEquals(row.CodeHash, hash))
                return row.Tries < CodeRules.MostTries ? Found.Wrong : Found.Spent;
            if (await rows.Where(one => one.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(one => one.UsedAt, (long?)now), stop) == 0)
                return Found.Spent;
            if (sent.To is { } address)
                await contacts.Arrive(unit, new Arrival(who.ChannelId, who.Identity) { Source = CodeSource, Identities = [new ClaimedIdentity(address.Contains('@', StringComparison.Ordinal) ? IdentityKinds.Email : IdentityKinds.Phone, address)] }, stop);
            return Found.Right;
        }, ct);
        return found switch
        {
            Found.Right => Ok,
            Found.Wrong => Waits("bot_code_wrong", sent),
            Found.Expired => Waits("bot_code_expired", sent),
            _ => Failed("bot_code_failed"),
        };
    }

    /// <summary>Proven by a code, and so for as long as the code counts.</summary>
    public const string CodeSource = "link";

    /// <summary>Writes it down, unless too many were sent. Nothing that was sent is forgotten within a day.</summary>
    private Task<BotCodeRow?> Note(ActionCaller who, string address, string code, CancellationToken ct) => storage.Run(who.Ws, async (unit, stop) =>
    {
        var now = unit.Ids.Now();
        var tag = vault.Tag(who.Ws, AddressPurpose, address);
        var (soon, hour, day) = (now - (long)CodeRules.Soon.TotalMilliseconds, now - (long)CodeRules.Hour.TotalMilliseconds, now - (long)CodeRules.Day.TotalMilliseconds);
        var rows = unit.Db.Table<BotCodeRow>().Where(row => row.Ws == who.Ws && row.SentAt > day);
        var mine = await rows.Where(row => row.ContactId == who.ContactId || row.AddressTag == tag).Select(row => new { row.ContactId, row.AddressTag, row.SentAt }).ToListAsync(stop);
        if (mine.GroupBy(row => row.AddressTag == tag).Any(group => group.Count() >= CodeRules.MostADay || group.Count(row => row.SentAt > soon) >= CodeRules.MostSoon)
            || mine.Count(row => row.ContactId == who.ContactId && row.SentAt > soon) >= CodeRules.MostSoon
            || await rows.CountAsync(row => row.SentAt > hour, stop) >= CodeRules.MostAnHour)
            return null;
        var id = unit.Ids.New();
        var row = new BotCodeRow
        {
            Ws = who.Ws, Id = id, ContactId = who.ContactId, AddressTag = tag, CodeHash = CodeRules.Hash(vault.Derive(who.Ws, KeyPurpose), id, code), SentAt = now, Until = now + (long)CodeRules.Valid.TotalMilliseconds, Tries = 0,
        };
        // Another one makes the one before worthless.
        await unit.Db.Table<BotCodeRow>().Where(other => other.Ws == who.Ws && other.ContactId == who.ContactId && other.UsedAt == null && other.Until > now).ExecuteUpdateAsync(set => set.SetProperty(other => other.Until, now), stop);
        unit.Db.Table<BotCodeRow>().Add(row);
        await unit.Db.SaveChangesAsync(stop);
        return row;
    }, ct);

    /// <summary>What is older than a day limits nothing any more.</summary>
    public Task<int> Forget(int ws, CancellationToken ct) => storage.Run(ws, (unit, stop) =>
    {
        var day = ids.Now() - (long)CodeRules.Day.TotalMilliseconds;
        return unit.Db.Table<BotCodeRow>().Where(row => row.Ws == ws && row.SentAt < day).ExecuteDeleteAsync(stop);
    }, ct);

    private enum Found
    {
        Right,
        Wrong,
        Expired,
        Spent,
    }

    internal static string WhichOf(CodeSettings settings) => settings switch
    {
        { SmsChannelId: not null, MailChannelId: not null } => "bot_code_which",
        { SmsChannelId: not null } => "bot_code_which_phone",
        _ => "bot_code_which_mail",
    };

    private static readonly ActionAnswer Ok = new(ActionOutcome.Ok, ActionAnswer.Nothing);

    private static ActionAnswer Failed(string say) => new(ActionOutcome.Failed, ActionAnswer.Nothing) { Say = say };

    private static ActionAnswer Waits(string say, SentCode code, string? to = null) =>
        new(ActionOutcome.Waits, to is null ? ActionAnswer.Nothing : new Dictionary<string, string> { ["to"] = to }) { Say = say, Code = code };
}

/// <summary>What was sent to a person is forgotten with them.</summary>
internal sealed class EraseCodes : IEraser
{
    public async Task Erase(WriteUnit unit, Erasure erasure, CancellationToken ct)
    {
        var people = erasure.Contacts.ToArray();
        erasure.Counts["codes"] = await unit.Db.Table<BotCodeRow>().Where(row => row.Ws == erasure.Ws && people.Contains(row.ContactId)).ExecuteDeleteAsync(ct);
    }
}
