using System.Security.Cryptography;

namespace Queqiao.Server.Demo;

/// <summary>
/// The password of all demo accounts: made once per data folder and kept there for its owner alone. A fixed one would be an open
/// door on every demo that somebody puts on the internet.
/// </summary>
internal static class DemoPassword
{
    // without letters and digits that look alike
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <param name="isNew">True when it was made just now: accounts that exist have another one.</param>
    public static string Of(string dataFolder, out bool isNew)
    {
        var file = Path.Combine(dataFolder, "demo-password");
        isNew = !File.Exists(file);
        if (!isNew)
            return File.ReadAllText(file).Trim();
        var password = string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(Letters, 5)));
        Directory.CreateDirectory(dataFolder);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(file, options);
        writer.WriteLine(password);
        return password;
    }
}
