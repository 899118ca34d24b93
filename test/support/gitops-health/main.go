// Reads Kubernetes objects, one JSON document a line, and answers each with a line of its own: what kstatus makes of it, as Flux asks it,
// and what the Lua script in the argument makes of it, as Argo CD runs it:
// {"kstatus": {"status": …, "message": …}, "argocd": {"status": …, "message": …}}. Ends with its input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

const longestLine = 16 << 20

type verdict struct {
	Status  string `json:"status"`
	Message string `json:"message"`
}

type verdicts struct {
	Kstatus verdict `json:"kstatus"`
	ArgoCD  verdict `json:"argocd"`
}

func main() {
	script := os.Args[1]
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, longestLine)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		// UnmarshalJSON reads whole numbers as int64. encoding/json would read float64, which kstatus refuses.
		object := &unstructured.Unstructured{}
		check(object.UnmarshalJSON(lines.Bytes()))
		kstatus, err := ofKstatus(object)
		check(err)
		argocd, err := ofArgoCD(object, script)
		check(err)
		check(answers.Encode(verdicts{Kstatus: kstatus, ArgoCD: argocd}))
	}
	check(lines.Err())
}

func ofKstatus(object *unstructured.Unstructured) (verdict, error) {
	result, err := status.Compute(object)
	if err != nil {
		return verdict{}, err
	}
	return verdict{Status: result.Status.String(), Message: result.Message}, nil
}

// ofArgoCD runs the script with the object in the global obj and no libraries but those that Argo CD gives it.
func ofArgoCD(object *unstructured.Unstructured, script string) (verdict, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.BaseLibName:   lua.OpenBase,
		lua.TabLibName:    lua.OpenTable,
		lua.StringLibName: lua.OpenString,
	} {
		state.Push(state.NewFunction(open))
		state.Push(lua.LString(name))
		state.Call(1, 0)
	}
	state.SetGlobal("obj", valueOf(state, object.Object))
	if err := state.DoString(script); err != nil {
		return verdict{}, err
	}
	health, isTable := state.Get(-1).(*lua.LTable)
	if !isTable {
		return verdict{}, fmt.Errorf("the script returns no table")
	}
	text := func(name string) string { return lua.LVAsString(health.RawGetString(name)) }
	return verdict{Status: text("status"), Message: text("message")}, nil
}

func valueOf(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case bool:
		return lua.LBool(value)
	case int64:
		return lua.LNumber(value)
	case float64:
		return lua.LNumber(value)
	case string:
		return lua.LString(value)
	case []any:
		table := state.NewTable()
		for _, element := range value {
			table.Append(valueOf(state, element))
		}
		return table
	case map[string]any:
		table := state.NewTable()
		for name, element := range value {
			table.RawSetString(name, valueOf(state, element))
		}
		return table
	}
	return lua.LNil
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "gitops-health:", err)
		os.Exit(1)
	}
}
