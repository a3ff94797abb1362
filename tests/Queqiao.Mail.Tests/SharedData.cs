using System.Text.Json;

namespace Queqiao.Mail.Tests;

/// <summary>Mails of public test corpora that lie beside the checkout; where they are absent these tests have no cases.</summary>
internal static class SharedData
{
    private static readonly string? Folder = Find();

    private static readonly Lazy<JsonElement> Index = new(() => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder!, "index.json"))).RootElement);

    public static TheoryData<string> Mails() => List("emails");

    public static TheoryData<string> Bodies() => List("email_bodies");

    public static bool IsThere => Folder is not null;

    public static byte[] Read(string file) => File.ReadAllBytes(Path.Combine(Folder!, file));

    public static JsonElement Expected(string list, string file) =>
        Index.Value.GetProperty(list).EnumerateArray().First(one => one.GetProperty("file").GetString() == file).GetProperty("expected");

    private static TheoryData<string> List(string name)
    {
        var files = new TheoryData<string>();
        if (Folder is not null)
        {
            foreach (var one in Index.Value.GetProperty(name).EnumerateArray())
                files.Add(one.GetProperty("file").GetString()!);
        }
        else
        {
            files.Add("");
        }
        return files;
    }

    private static string? Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var there = Path.Combine(at.FullName, "shared", "data", "channels");
            if (File.Exists(Path.Combine(there, "index.json")))
                return there;
        }
        return null;
    }
}
