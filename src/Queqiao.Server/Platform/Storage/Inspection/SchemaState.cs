using System.Globalization;
using Queqiao.Server.Platform.Diagnosis;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage.Migrations;

namespace Queqiao.Server.Platform.Storage.Inspection;

internal static class SchemaState
{
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(2);

    /// <summary>Whether this program and the store fit.</summary>
    public static Finding Judge(string engine, IReadOnlyDictionary<int, string> applied)
    {
        var known = Migration.Of(engine);
        try
        {
            var pending = Migration.Pending(known, applied);
            return pending.Count == 0
                ? new Finding("migrations", Verdict.Ok, "doctor_migrated", known[^1].Version)
                : new Finding("migrations", Verdict.Warn, "doctor_migrations_pending", pending.Count, known[^1].Version);
        }
        catch (StoreRefusedException refused)
        {
            return new Finding("migrations", Verdict.Fail, "doctor_migrations_refused", refused.Message);
        }
    }

    /// <summary>What was written last is not later than now: else the clock was set back, and sessions and links misjudge their age.</summary>
    public static async Task<Finding> Clock(Patient patient, Func<Task<object?>> newest)
    {
        var now = patient.Clock.GetUtcNow();
        var last = Convert.ToInt64(await newest() is { } value and not DBNull ? value : 0L, CultureInfo.InvariantCulture);
        return DateTimeOffset.FromUnixTimeMilliseconds(last) - now > Ahead
            ? new Finding("clock", Verdict.Fail, "doctor_clock_back", WireTime.Format(last), WireTime.Format(now))
            : new Finding("clock", Verdict.Ok, "doctor_clock_forward");
    }
}

/// <summary>How old the last backup made by this program is.</summary>
internal static class BackupAge
{
    private static readonly TimeSpan Old = TimeSpan.FromDays(7);

    private static string FileOf(StorageOptions storage) => Path.Combine(storage.DataFolder, "last-backup");

    public static void Note(StorageOptions storage, long at) => File.WriteAllText(FileOf(storage), at.ToString(CultureInfo.InvariantCulture));

    public static Finding Judge(Patient patient)
    {
        var file = FileOf(patient.Storage);
        if (!File.Exists(file) || !long.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var at))
            return new Finding("backup", Verdict.Warn, "doctor_no_backup");
        var text = WireTime.Format(at);
        return patient.Clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(at) > Old
            ? new Finding("backup", Verdict.Warn, "doctor_backup_old", text) : new Finding("backup", Verdict.Ok, "doctor_backup", text);
    }
}
