using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Channels;
using Queqiao.Server.Contacts;
using Queqiao.Server.Conversations;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Demo;

/// <summary>
/// Puts the demo shop into a store, once: what is there already is left alone. Every command to the log has its own key, so a
/// seeding that was interrupted is finished by the next start and doubles nothing.
/// </summary>
internal sealed class DemoSeeder(IStorageEngine storage, StorageOptions options, ConversationLog log, IChannels channels, IContacts contacts, PasswordHashing passwords, Ids ids)
{
    public const int Ws = 1;
    private const int Seed = 20_261_122;
    private const string WorkspaceName = "鹊桥优选";
    private const string Begun = "demo.begun";
    private const string Finished = "demo.finished";

    /// <summary>After the storage has been started and before the server listens.</summary>
    public async Task<DemoAccess> Run(CancellationToken ct)
    {
        var begun = Guid.TryParse(await Audit.LastObjectOf(storage, Ws, Begun, ct), out var known);
        if (!begun && await HasConversations(ct))
            throw new StoreRefusedException("The store already holds conversations; the demo needs one of its own.") { Code = "demo_refused" };
        var password = DemoPassword.Of(options.DataFolder, out var isNew);
        var people = await SeedPeople(password, isNew, ct);
        var script = ScriptOf(people);
        var channel = begun ? known : await SeedChannel(script, ct);
        if (await Audit.LastObjectOf(storage, Ws, Finished, ct) is null)
            await SeedConversations(script, channel, ct);
        return new DemoAccess(channel, password);
    }

    private async Task<bool> HasConversations(CancellationToken ct)
    {
        await using var db = storage.Read(Ws);
        return await db.Visible(Scope<ConversationHead>.Workspace(Ws)).AnyAsync(ct);
    }

    private sealed record SeededPerson(AgentView Agent, bool Answers);

    private async Task<List<SeededPerson>> SeedPeople(string password, bool isNew, CancellationToken ct)
    {
        string? hash = null;
        var people = new List<SeededPerson>();
        foreach (var colleague in DemoPeople.Colleagues)
        {
            var account = await Accounts.Find(storage, Ws, colleague.Email, ct);
            if (account is null || isNew)
                hash ??= (await passwords.Hash(password, ct)).Hash!;
            if (account is null)
            {
                var wish = new NewAgent(colleague.Email, colleague.Name, colleague.Role, colleague.Locale, hash!);
                var (id, refusal) = await Accounts.Add(storage, wish, WorkspaceName, ct);
                account = new AgentView(Ws, id ?? throw new StoreRefusedException($"The demo cannot add {colleague.Email}: {refusal!.Code}."), colleague.Name, colleague.Role, Disabled: false);
            }
            else if (isNew)
            {
                await Accounts.SetPassword(storage, account, hash!, ct);
            }
            people.Add(new(account, colleague.Role is "owner" or "supervisor" or "agent"));
        }
        return people;
    }

    private DemoScript ScriptOf(IEnumerable<SeededPerson> people) =>
        new([.. people.Where(person => person.Answers).Select(person => new Person(person.Agent.Id, person.Agent.Name))], ids.Now(), Seed);

    private Task<Guid> SeedChannel(DemoScript script, CancellationToken ct) => storage.Run(Ws, async (unit, stop) =>
    {
        var settings = new WebSettings { Title = WorkspaceName, Greeting = "您好！有什么可以帮您？\nHello, how can we help?" };
        var channel = await channels.OpenWeb(unit, AuditBy.System(Ws), "鹊桥优选网店", settings, stop);
        foreach (var customer in script.Customers)
        {
            if (customer.Name is { } name)
                contacts.Introduce(unit, Ws, channel, customer.Identity, name, customer.FirstAt);
        }
        await Audit.Record(unit, AuditBy.System(Ws), Begun, "channel", channel.ToString(), null, stop);
        return channel;
    }, ct);

    /// <summary>Repeatable: what the log has, it answers without storing it again.</summary>
    private async Task SeedConversations(DemoScript script, Guid channel, CancellationToken ct)
    {
        var outcomes = await Task.WhenAll(script.Steps.Select(step => log.Append(reply => CommandOf(step, channel, reply)))).WaitAsync(ct);
        if (outcomes.OfType<LogOutcome.Refused>().FirstOrDefault() is { } refused)
            throw new InvalidOperationException($"The log refused a step of the demo: {refused.Refusal.Code}.");
        await storage.Run(Ws, async (unit, stop) =>
        {
            await Audit.Record(unit, AuditBy.System(Ws), Finished, "channel", channel.ToString(), null, stop);
            return true;
        }, ct);
    }

    /// <summary>Agents' commands name the customer too: the conversation's id is not known before its first message is stored.</summary>
    private static LogCommand CommandOf(DemoStep step, Guid channel, ILogReply reply)
    {
        var clientId = $"{step.Identity}-{step.Ordinal}";
        return new LogCommand
        {
            Ws = Ws,
            Customer = new CustomerKey(channel, step.Identity),
            Begins = step.Begins,
            Key = LogCommand.KeyOf(Ws, "demo", clientId),
            By = step.By,
            At = step.At,
            Decide = head => step.Decide(head, clientId),
            Reply = reply,
        };
    }
}

/// <summary>What somebody needs to look at the demo.</summary>
internal sealed record DemoAccess(Guid ChannelId, string Password);
