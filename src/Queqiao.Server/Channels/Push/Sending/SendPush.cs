using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Server.Channels.Push.Storage;
using Queqiao.Server.Channels.Receiving;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Push.Sending;

/// <summary>One request to one push service. What was read meanwhile is not told; a service that is away is asked again, longer each time.</summary>
[NoPurposeGate("tells a customer of the answer that they asked for")]
internal sealed class SendPush(PushDesk desk, PushNotes notes, PushDevices devices, IOutgoingMessages messages, IStorageEngine storage) : IJobHandler
{
    public const string Name = "channels.push_send";
    private const int MostTries = 6;

    /// <param name="Target">Which service of the channel.</param>
    /// <param name="Device">Null: the firm's own server.</param>
    internal sealed record Payload(Guid Conversation, long Seq, Guid Target, Guid? Device);

    // Half an hour in all: older news is none.
    public JobKind Kind { get; } = new(Name) { Class = JobClass.Live, Concurrency = 8, MostTries = MostTries, FirstWait = TimeSpan.FromSeconds(5), LongestWait = TimeSpan.FromMinutes(15), Keep = TimeSpan.FromHours(1) };

    public static NewJob Of(int ws, Guid conversation, long seq, PushTarget target, Guid? device) =>
        NewJob.Of(ws, Name, new Payload(conversation, seq, target.Id, device)) with { Lane = $"push:{target.Id:N}:{device ?? conversation:N}" };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var asked = run.Payload<Payload>();
        if ((await desk.Of(run.Ws, ct)).FirstOrDefault(one => one.Id == asked.Target) is not { } target)
            return new JobOutcome.Done();
        if (await messages.Unseen(run.Ws, asked.Conversation, ct) is not { } unseen || unseen.ReadSeq >= asked.Seq)
            return new JobOutcome.Done();
        var account = desk.AccountOf(target);
        if (await notes.Write(run.Ws, run.Id, asked.Conversation, asked.Device, account.Settings.IsOn(PushFields.Preview), ct) is not { } written)
            return new JobOutcome.Done();
        var (note, locale) = written;
        if (asked.Device is not null && note.Preview is null)
            note = note with { Preview = Messages.Text(locale is null ? Locale.ZhCn : Locale.FromTag(locale), "push_unread", note.Unread) };
        return await desk.Services[target.Service].Send(note, account, ct) switch
        {
            SendOutcome.Sent => await Sent(target, ct),
            SendOutcome.NotSent failed => await Failed(run, target, asked.Device, failed, ct),
            _ => throw new InvalidOperationException("An outcome is sent or not."),
        };
    }

    private async Task<JobOutcome> Sent(PushTarget target, CancellationToken ct)
    {
        await storage.Run(target.Ws, (unit, stop) =>
        {
            var now = unit.Ids.Now();
            return unit.Db.Table<PushTarget>().Where(row => row.Ws == target.Ws && row.Id == target.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.LastSentAt, now), stop);
        }, ct);
        return new JobOutcome.Done();
    }

    private async Task<JobOutcome> Failed(JobRun run, PushTarget target, Guid? device, SendOutcome.NotSent failed, CancellationToken ct)
    {
        if (failed.Failure.Code == PushFaults.DeviceGone && device is { } gone)
        {
            await devices.Gone(run.Ws, gone, ct);
            return new JobOutcome.Done();
        }
        await Note(target, failed.Failure, ct);
        return failed.Failure.Class == ErrorClass.Retry && run.Tries < MostTries ? new JobOutcome.TryLater("push_failed", failed.After, failed.Failure.Detail) : new JobOutcome.Done();
    }

    private Task<int> Note(PushTarget target, Failure failure, CancellationToken ct)
    {
        var note = JsonSerializer.Serialize(new ChannelHealth.ErrorNote(ChannelHealth.NameOf(failure.Class), failure.Code, failure.Reason.Zh, failure.Reason.En), TolerantJson.Options);
        return storage.Run(target.Ws, (unit, stop) =>
        {
            var now = unit.Ids.Now();
            return unit.Db.Table<PushTarget>().Where(row => row.Ws == target.Ws && row.Id == target.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.LastErrorAt, now).SetProperty(row => row.Error, note), stop);
        }, ct);
    }
}

/// <summary>Fields that every push service has.</summary>
internal static class PushFields
{
    public const string Preview = "preview";

    public static readonly SettingField Text = new(Preview, new("通知里带上发送人和消息内容", "Show sender and text in the notification"), SettingType.Toggle)
    {
        Help = new("关闭时只告诉对方有几条新消息，内容不经过推送服务。", "Off: people are told how many messages wait, and no text passes through the push service."),
    };
}
