using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Server.Contacts;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Email.Letters;

/// <summary>Gives a letter to the server and forgets it.</summary>
[NoPurposeGate("Letters go to colleagues.")]
internal sealed class SendLetter(LetterBox letters, IStorageEngine storage) : IJobHandler
{
    public const string Name = "channels.email.letter";

    public JobKind Kind { get; } = new(Name) { Concurrency = 2, MostTries = 8 };

    internal sealed record Payload(Guid Letter);

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var id = run.Payload<Payload>().Letter;
        if (await letters.Open(run.Ws, id, ct) is not { } letter)
            return new JobOutcome.Done();
        if ((await letters.Settings(run.Ws, ct)).Server is not { } server)
            return new JobOutcome.GiveUp("mail_no_server");
        if (await letters.Send(server, letter, id, ct) is not { } failure)
            return new JobOutcome.Done(async (unit, stop) =>
            {
                await unit.Db.Table<ServerLetter>().Where(one => one.Ws == run.Ws && one.Id == id).ExecuteDeleteAsync(stop);
                await LetterBox.Note(unit, null, stop);
            });
        await storage.Run(run.Ws, (unit, stop) => LetterBox.Note(unit, failure, stop), ct);
        return failure.Class == ErrorClass.Permanent ? new JobOutcome.GiveUp("mail_refused", failure.Code) : new JobOutcome.TryLater("mail_server_busy");
    }
}
