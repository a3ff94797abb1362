using System.Text.Json;
using Queqiao.Channels;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Channels.Delivering;

/// <summary>Fetches files that came with a message from the provider, through the checks that every upload goes through.</summary>
[NoPurposeGate("completes a message that the customer sent")]
internal sealed class FetchMediaJob(IOutgoingMessages messages, IChannels channels, KindRegistry kinds, FileUploads uploads, FileKeys keys, FileLimits limits) : IJobHandler
{
    public const string Name = "channels.fetch_media";

    public JobKind Kind { get; } = new(Name) { Class = JobClass.Live, Concurrency = 4, Leased = 8, MostTries = 6, FirstWait = TimeSpan.FromSeconds(5), LongestWait = TimeSpan.FromMinutes(10), Keep = TimeSpan.FromHours(1) };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var (conversation, seq) = run.Payload<AboutMessage>();
        if (await messages.Find(run.Ws, conversation, seq, ct) is not { Body.Media: { } media } posted)
            return new JobOutcome.Done();
        if (await channels.Find(posted.Who.ChannelId, ct) is not { Account: { } account } channel || kinds.Find(channel.Kind) is not { } kind)
            return new JobOutcome.Done();
        TimeSpan? later = null;
        for (var index = 0; index < media.Count; index++)
        {
            if (posted.Body.Fates?.ContainsKey(index) == true)
                continue; // an earlier try
            var (file, failed, again) = await Fetch(run.Ws, posted, media[index], kind, account, ct);
            if (again is not null && run.Tries < Kind.MostTries)
                later = again;
            else
                await messages.Arrived(run.Ws, conversation, seq, index, file, failed, ct);
        }
        return later is { } wait ? new JobOutcome.TryLater("delivery_waits", wait == TimeSpan.Zero ? null : wait) : new JobOutcome.Done();
    }

    /// <summary>The file, or why there is none, or (also) after how long it is worth another try.</summary>
    private async Task<(Guid? File, string? Failed, TimeSpan? Again)> Fetch(int ws, PostedMessage posted, IncomingMedia one, IChannelKind kind, ChannelAccount account, CancellationToken ct)
    {
        if (one.Size > limits.Of(one.Kind))
            return (null, "file_too_large", null);
        switch (await kind.Fetch(JsonSerializer.Deserialize<MediaRef>(one.Ref)!, account, ct))
        {
            case MediaOutcome.NotFound { Failure.Class: ErrorClass.Retry or ErrorClass.Reauthorise } missing:
                return (null, "file_not_fetched", missing.After ?? TimeSpan.Zero);
            case MediaOutcome.Found found:
                using (found)
                {
                    if (await Read(found.Content, limits.Of(one.Kind), ct) is not { } bytes)
                        return (null, "file_too_large", null);
                    var (file, failed) = await Keep(ws, posted, NameFor(one, found, bytes), bytes, ct);
                    return (file, failed, null);
                }
            default:
                return (null, "file_not_fetched", null);
        }
    }

    private async Task<(Guid? File, string? Failed)> Keep(int ws, PostedMessage posted, string name, byte[] bytes, CancellationToken ct)
    {
        var (row, refusal) = await uploads.Begin(keys.OfCustomer(ws, posted.Who.ChannelId, posted.Who.Identity), name, bytes.Length, ct);
        if (row is null)
            return (null, refusal!.Code);
        var answer = await uploads.Add(row, 0, new MemoryStream(bytes, writable: false), ct);
        return answer.Refusal is { } no ? (null, no.Code) : (answer.File.Id, null);
    }

    private static async Task<byte[]?> Read(Stream content, long most, CancellationToken ct)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await content.ReadAsync(buffer, ct) is > 0 and var count)
        {
            if (whole.Length + count > most)
                return null;
            whole.Write(buffer, 0, count);
        }
        return whole.ToArray();
    }

    /// <summary>As the platform calls it; where it says nothing that we know, by what the bytes look like.</summary>
    private static string NameFor(IncomingMedia one, MediaOutcome.Found found, byte[] bytes)
    {
        var name = one.Name ?? found.FileName;
        if (name is not null && FileTypes.ByName(FileName.Clean(name)) is not null)
            return name;
        var head = bytes.AsSpan(0, Math.Min(bytes.Length, FileTypes.HeadLength)).ToArray();
        var mime = (one.ContentType ?? found.Mime)?.Split(';')[0].Trim();
        var extension = FileTypes.Extensions.Where(extension => FileTypes.ByName("x." + extension) is { } type && (type.Kind == one.Kind || type.ContentType == mime) && type.Kind is not FileKind.File == one.Kind is not FileKind.File && FileTypes.Check(type, head) is null)
            .OrderByDescending(extension => FileTypes.ByName("x." + extension)!.ContentType == mime).FirstOrDefault()
            ?? FileTypes.Extensions.FirstOrDefault(extension => FileTypes.ByName("x." + extension) is { } type && type.ContentType == mime && FileTypes.Check(type, head) is null) ?? "bin";
        return (name is null ? one.Kind : Path.GetFileNameWithoutExtension(FileName.Clean(name))) + "." + extension;
    }
}
