namespace Queqiao.Server.Cli.Evaluating;

/// <summary>A file or folder of an evaluation is not what it should be; who called can mend it.</summary>
/// <param name="code">Of the message.</param>
internal sealed class EvaluationException(string code, params object[] args) : Exception
{
    public string Code => code;

    public IReadOnlyList<object> Args => args;
}
