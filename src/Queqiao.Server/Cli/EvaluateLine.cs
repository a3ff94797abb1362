using System.Globalization;

namespace Queqiao.Server.Cli;

/// <summary>Reads the command line of <c>eval</c>. <c>--train</c> takes any number of files.</summary>
internal static class EvaluateLine
{
    public static Command Read(string what, List<string> rest)
    {
        var train = new List<string>();
        rest = Files(rest, train);
        return what switch
        {
            "classify" or "sentiment" or "match" => Command(what, rest, train, ["test", "out"], needsTrain: true),
            "retrieve" => Command(what, rest, train, ["kb", "test", "out"]),
            "bot" => Command(what, rest, train, ["knowledge", "test", "out"]),
            "priors" => Command(what, rest, train, ["knowledge", "out"], needsTrain: true),
            "sentences" => Command(what, rest, train, ["out"], needsTrain: true),
            "cluster" => Command(what, rest, train, ["input", "clusters", "out"]),
            _ => new Command.Wrong("cli_unknown_verb", "eval " + what),
        };
    }

    private static Command Command(string what, List<string> rest, List<string> train, string[] options, bool needsTrain = false)
    {
        if ((CommandLine.Read(rest, options, [], out var given) ?? CommandLine.Missing(given, options)) is { } wrong)
            return wrong;
        if (needsTrain && train.Count == 0)
            return new Command.Wrong("cli_missing_option", "--train");
        var clusters = 0;
        if (given.TryGetValue("clusters", out var number) && (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out clusters) || clusters == 0))
            return new Command.Wrong("cli_not_a_number", "--clusters", number);
        return new Command.Evaluate(what, train, given.GetValueOrDefault("kb") ?? given.GetValueOrDefault("input") ?? given.GetValueOrDefault("knowledge"), given.GetValueOrDefault("test"), given["out"], clusters);
    }

    /// <summary>Takes the files of <c>--train</c> out.</summary>
    private static List<string> Files(List<string> rest, List<string> train)
    {
        var others = new List<string>();
        for (var i = 0; i < rest.Count; i++)
        {
            if (rest[i].StartsWith("--train=", StringComparison.Ordinal))
                train.Add(rest[i]["--train=".Length..]);
            else if (rest[i] != "--train")
                others.Add(rest[i]);
            else
            {
                while (i + 1 < rest.Count && !rest[i + 1].StartsWith("--", StringComparison.Ordinal))
                    train.Add(rest[++i]);
            }
        }
        return others;
    }
}
