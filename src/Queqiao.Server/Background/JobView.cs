using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Jobs.Storage;
using Queqiao.Server.Platform.Json;

namespace Queqiao.Server.Background;

/// <summary>A job as the API shows it: what it is and how it went, never what it carries.</summary>
/// <param name="KindName">The kind in the reader's language.</param>
/// <param name="State">waiting, behind, running, done, dead, discarded or cancelled.</param>
/// <param name="RunAt">Not before.</param>
/// <param name="Reason">Why the last try came to nothing, in the reader's language.</param>
internal sealed record JobView(
    Guid Id, string Kind, string KindName, string State, string? Lane, string RunAt, int Tries, JobReason? Reason, JobAdvance? Progress, Guid? By,
    string CreatedAt, string? StartedAt, string? FinishedAt, bool CancelAsked)
{
    public static JobView Of(JobRow job, Locale locale) => new(
        job.Id, job.Kind, BackgroundTexts.Kind(locale, job.Kind), job.State, job.Lane, WireTime.Format(job.RunAt), job.Tries,
        job.Reason is null ? null : new JobReason(job.Reason, Messages.Text(locale, job.Reason, job.ReasonArg ?? "")),
        job.ProgressDone is { } done ? new JobAdvance(done, job.ProgressTotal, job.ProgressCode is { } code ? Messages.Text(locale, code) : null) : null,
        job.ByAgent, WireTime.Format(job.CreatedAt), At(job.StartedAt), At(job.FinishedAt), job.CancelAskedAt is not null);

    private static string? At(long? instant) => instant is { } at ? WireTime.Format(at) : null;
}

internal sealed record JobReason(string Code, string Text);

internal sealed record JobAdvance(long Done, long? Total, string? Text);

/// <summary>Names of kinds and listeners in words; one without words shows its name.</summary>
internal static class BackgroundTexts
{
    public static string Kind(Locale locale, string kind) => Named(locale, "job_kind_", kind);

    public static string Listener(Locale locale, string listener) => Named(locale, "listener_", listener);

    public static string Schedule(Locale locale, string schedule) => Named(locale, "schedule_", schedule);

    private static string Named(Locale locale, string prefix, string name)
    {
        var code = prefix + name.Replace('.', '_');
        return Messages.Has(locale, code) ? Messages.Text(locale, code) : name;
    }
}
