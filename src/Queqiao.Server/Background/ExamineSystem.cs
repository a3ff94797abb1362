using Queqiao.Server.Platform.Diagnosis;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Background;

/// <summary><c>POST /api/v1/system/examine</c>: what <c>queqiao doctor</c> says, without the parts that keep a disk busy for minutes.</summary>
internal static class ExamineSystem
{
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);

    internal sealed record Examination(IReadOnlyList<Line> Findings);

    /// <param name="Verdict">ok, warn or fail.</param>
    internal sealed record Line(string Topic, string Verdict, string Code, string Text);

    public static async Task<IResult> Handle(StorageOptions storage, IConfiguration settings, TimeProvider clock, HttpContext context, CancellationToken ct)
    {
        var locale = Locale.Of(context);
        await OneAtATime.WaitAsync(ct);
        try
        {
            var findings = await Doctor.Examine(Doctor.All(new Patient(storage, settings, clock, IsServing: true)), ct);
            return TypedResults.Ok(new Examination([.. findings.Select(found => new Line(found.Topic, Word(found.Verdict), found.Code, Messages.Text(locale, found.Code, found.Args)))]));
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    private static string Word(Verdict verdict) => verdict switch { Verdict.Ok => "ok", Verdict.Warn => "warn", _ => "fail" };
}
