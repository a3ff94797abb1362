using System.Reflection;

namespace Queqiao.Text.Retrieving;

/// <summary>What people say to a bot that no knowledge base answers: chat, general knowledge, keys hit by a cat. Our own lines.</summary>
internal static class SmallTalk
{
    public static readonly IReadOnlySet<string> Texts = Load();

    private static HashSet<string> Load()
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("Queqiao.Text.smalltalk.txt")!);
        var texts = new HashSet<string>(StringComparer.Ordinal);
        while (reader.ReadLine() is { } line)
            texts.Add(line);
        return texts;
    }
}
